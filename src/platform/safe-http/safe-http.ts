import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { performance } from 'node:perf_hooks'
import { Agent } from 'undici'
import { AppError, messageOf } from '../errors.ts'
import { createAddressGuard } from './address-guard.ts'
import { type Answer, exchange } from './exchange.ts'
import { guardedAddresses, guardedConnector } from './guarded-connector.ts'
import { isRedirect, type RedirectedRequest, redirected } from './redirect.ts'

export interface SafeHttpOptions {
  /** Private hosts that may be reached all the same: `host`, `host:port` or a range such as `10.0.0.0/8`. */
  allowedPrivateHosts: readonly string[]
  /** Finds the addresses of a name; the system's own by default. */
  lookup?: LookupFunction
}

export interface SafeRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  /** An http or https address without user name and password. */
  url: string
  /** By name in any case. Those that belong to the connection (`host`, `content-length` …) are left out. */
  headers?: Record<string, string>
  /** Names of headers that must not follow a redirect to another origin; `authorization` and `cookie` never do. */
  sensitiveHeaders?: readonly string[]
  body?: string | Uint8Array
  /** `answer` gives a redirect as it came; without it redirects are followed. */
  redirects?: 'answer'
  /** For everything together: name, connection, redirects, the whole body. Milliseconds, 15,000 by default. */
  timeoutMs?: number
  /** 1 MiB by default. */
  maxResponseBytes?: number
  /** Ends the request early. */
  signal?: AbortSignal
}

export interface SafeResponse {
  status: number
  /** Names in lower case; several values of one name are joined by a comma. */
  headers: Record<string, string>
  body: Uint8Array
  durationMs: number
  /** Where the answer came from, after redirects. */
  finalUrl: string
}

/** Requests to addresses that a user wrote, kept away from the machine's own network. */
export interface SafeHttp {
  /**
   * Sends a request and follows at most three redirects, each checked like the first address. Any status is an answer.
   * Throws `invalid` for a request that cannot be sent, `refused_address`, `timeout`, `too_large`, `unavailable`.
   */
  request(request: SafeRequest): Promise<SafeResponse>
  /**
   * The addresses at which a host may be reached by another protocol, in the order in which to try them. Connect to one of them and
   * to no name, which could lead elsewhere by then. Throws `refused_address`, and `unavailable` when the name leads nowhere.
   */
  addresses(host: string, port: number): Promise<string[]>
  /** Finishes what is under way and closes the connections. */
  close(): Promise<void>
}

const maxRedirects = 3

/** Makes the guarded client. Make one a process: it keeps connections open for the next request. */
export function createSafeHttp({
  allowedPrivateHosts,
  lookup = systemLookup as LookupFunction,
}: SafeHttpOptions): SafeHttp {
  // The time-outs of undici are off: one for the whole request, set below, covers them and the slow drip that they miss.
  const guard = createAddressGuard(allowedPrivateHosts)
  const agent = new Agent({
    connect: guardedConnector(guard, lookup),
    connections: 256,
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    async request(request) {
      const start = performance.now()
      const limit = timeLimit(request)
      try {
        const { answer, url } = await follow(agent, request, limit.signal)
        return { ...answer, durationMs: performance.now() - start, finalUrl: url.href }
      } finally {
        limit.clear()
      }
    },
    addresses: (host, port) => guardedAddresses(guard, lookup, host, port),
    close: () => agent.close(),
  }
}

async function follow(agent: Agent, request: SafeRequest, signal: AbortSignal): Promise<{ answer: Answer; url: URL }> {
  const { maxResponseBytes = 1_048_576 } = request
  const sensitive = (request.sensitiveHeaders ?? []).map((name) => name.toLowerCase())
  let current: RedirectedRequest = {
    method: checkMethod(request.method),
    url: readUrl(request.url),
    headers: sendableHeaders(request.headers ?? {}),
    body: request.body,
  }
  for (let redirects = 0; ; redirects++) {
    const answer = await exchange(agent, { ...current, maxResponseBytes, signal }).catch((error: unknown) => {
      throw explain(error, current.url)
    })
    if (request.redirects === 'answer' || !isRedirect(answer.status, answer.headers))
      return { answer, url: current.url }
    if (redirects === maxRedirects) {
      const message = `The request was redirected more than ${maxRedirects} times, last by ${current.url.host}.`
      throw new AppError('unavailable', message, { retryable: false })
    }
    const target = readUrl(answer.headers.location ?? '', current.url)
    current = redirected(current, answer.status, target, sensitive)
  }
}

function timeLimit({ timeoutMs = 15_000, signal }: SafeRequest): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController()
  const late = () => controller.abort(new AppError('timeout', `There was no complete answer within ${timeoutMs} ms.`))
  const timer = setTimeout(late, timeoutMs)
  const cancel = () =>
    controller.abort(new AppError('unavailable', 'The request was cancelled.', { cause: signal?.reason }))
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel)
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    },
  }
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

function checkMethod(method: string): string {
  if (methods.has(method)) return method
  throw new AppError('invalid', `The method "${method}" cannot be sent; expected one of ${[...methods].join(', ')}.`)
}

function readUrl(text: string, base?: URL): URL {
  const whose = base ? `The address "${text}" that ${base.host} redirects to` : `The address "${text}"`
  const url = URL.parse(text, base?.href)
  if (!url) throw new AppError('invalid', `${whose} is not a URL; expected one such as https://example.com/path.`)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new AppError('invalid', `${whose} begins with ${url.protocol}; expected http: or https:.`)
  if (url.username || url.password) {
    const shown = `${url.protocol}//${url.host}`
    throw new AppError(
      'invalid',
      `The address of ${shown} holds a user name or password; expected them in an Authorization header.`,
    )
  }
  return url
}

/** They belong to the connection, which is ours; an encoding we did not ask for would come back unreadable. */
const connectionHeaders: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function sendableHeaders(headers: Record<string, string>): Record<string, string> {
  const sendable: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    if (connectionHeaders.has(lower)) continue
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new AppError('invalid', `"${name}" cannot be the name of a header.`)
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new AppError(
        'invalid',
        `The value of the header "${name}" holds a line break or a character that headers cannot carry; expected Latin letters, digits and signs.`,
      )
    sendable[lower] = value
  }
  return sendable
}

function explain(error: unknown, url: URL): AppError {
  if (error instanceof AppError) return error
  const code = (error as { code?: string }).code
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return new AppError('timeout', `There was no connection to ${url.host} within 10 seconds.`, { cause: error })
  return new AppError('unavailable', `The request to ${url.host} failed: ${messageOf(error) || code}.`, {
    cause: error,
  })
}
