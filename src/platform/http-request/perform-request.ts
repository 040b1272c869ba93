import { AppError, messageOf } from '../errors.ts'
import type { SafeHttp, SafeResponse } from '../safe-http/safe-http.ts'
import { storable } from '../storable.ts'
import type { PreparedRequest } from './prepare-request.ts'

/** What the last try was answered with. */
export interface HttpResult {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  /** The parsed JSON, or the text where it is none; null when empty. */
  body: unknown
  /** Over all tries and the pauses between them. */
  durationMs: number
  attempts: number
}

/** What the tries need besides the client. */
export interface PerformOptions {
  /** Ends the request and the pauses between its tries. */
  signal?: AbortSignal
  /** Milliseconds of a clock that only goes forward. */
  monotonicMs?: () => number
  /** Waits so many milliseconds; rejects when the signal ends it. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
  /** From 0 to 1, for the jitter of the pauses. */
  random?: () => number
  /** 1 MiB by default. */
  maxResponseBytes?: number
}

const firstPauseMs = 500

/**
 * Sends a prepared request, again up to `retries` times after no answer, 429 or 5xx. Pauses double from half a second, with
 * jitter; a Retry-After is kept. All tries and pauses together take at most (retries + 1) time-outs.
 *
 * @returns the last answer, whatever its status.
 * @throws AppError when no try was answered, of the last one.
 */
export async function performRequest(
  request: PreparedRequest,
  http: Pick<SafeHttp, 'request'>,
  {
    signal,
    monotonicMs = () => performance.now(),
    sleep = pause,
    random = Math.random,
    maxResponseBytes = 1_048_576,
  }: PerformOptions = {},
): Promise<HttpResult> {
  const start = monotonicMs()
  const deadline = start + request.timeoutMs * (request.retries + 1)
  for (let attempts = 1; ; attempts++) {
    const timeoutMs = Math.min(request.timeoutMs, Math.max(1, Math.round(deadline - monotonicMs())))
    const outcome = await attempt(request, http, { timeoutMs, maxResponseBytes, signal })
    const waitMs = pauseAfter(outcome, attempts, random)
    const isLast = attempts > request.retries || waitMs === undefined || monotonicMs() + waitMs >= deadline
    if (isLast || signal?.aborted) {
      if (outcome instanceof AppError) throw outcome
      return resultOf(outcome, monotonicMs() - start, attempts)
    }
    await sleep(waitMs, signal)
  }
}

async function attempt(
  { method, url, headers, body }: PreparedRequest,
  http: Pick<SafeHttp, 'request'>,
  limits: { timeoutMs: number; maxResponseBytes: number; signal: AbortSignal | undefined },
): Promise<SafeResponse | AppError> {
  try {
    return await http.request({
      method,
      url,
      headers,
      body,
      ...limits,
      sensitiveHeaders: Object.keys(headers),
    })
  } catch (error) {
    if (error instanceof AppError) return error
    return new AppError('unavailable', `The request failed: ${messageOf(error)}`, { cause: error })
  }
}

/** How long to wait before the next try; undefined when none would help. */
function pauseAfter(outcome: SafeResponse | AppError, attempts: number, random: () => number): number | undefined {
  const backoff = firstPauseMs * 2 ** (attempts - 1) * (0.75 + random() / 2)
  if (outcome instanceof AppError) return outcome.retryable ? backoff : undefined
  if (outcome.status !== 429 && outcome.status < 500) return undefined
  return Math.max(backoff, retryAfterMs(outcome.headers) ?? 0)
}

/** The wait that an answer asks for: seconds, or until a date, which its own Date header makes independent of our clock. */
export function retryAfterMs(headers: Record<string, string>): number | undefined {
  const text = headers['retry-after']
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const wait = Date.parse(text) - Date.parse(headers.date ?? '')
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

function resultOf({ status, headers, body }: SafeResponse, durationMs: number, attempts: number): HttpResult {
  return { status, headers, body: readBody(body), durationMs: Math.round(durationMs), attempts }
}

function readBody(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes)
  if (text.trim() === '') return null
  try {
    const value: unknown = JSON.parse(text)
    return /\\u(0000|d[89a-f])/i.test(text) ? storable(value) : value
  } catch {
    return storable(text)
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = () => {
      clearTimeout(timer)
      reject(new AppError('unavailable', 'The request was cancelled'))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', cancel)
      resolve()
    }, ms)
    signal?.addEventListener('abort', cancel, { once: true })
  })
}
