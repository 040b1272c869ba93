import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Account, type HookEvent, newAccount } from './account.ts'
import { byHand, type Hand } from './by-hand.ts'
import { answerOf, type Fault, type FaultScope, Faults, type Weather } from './faults.ts'
import { type Hooks, openHooks } from './hooks.ts'
import { type Limits, openLimits } from './limits.ts'
import { type Client, type OAuth, openOAuth } from './oauth.ts'
import type { Reply } from './pages.ts'
import { problem, Refusal } from './refusal.ts'
import { answerCall } from './routes.ts'

export interface AmocrmOptions {
  /** A port to listen on instead of a free one. */
  port?: number
  subdomain?: string
  /** Of the account; its days begin at midnight there. */
  timezone?: string
  /** Whether the paid filters of deals and contacts are switched on. */
  filters?: boolean
  clients?: Client[]
  /** Calls after which an access token runs out; otherwise it lives a day. */
  tokenCalls?: number
  perIntegration?: number
  perAccount?: number
  /** Requests over the limit after which the account is blocked with 403. */
  blockAfter?: number
  /** Milliseconds; the account's clock. */
  now?: () => number
  /** Called before a call of the API does its work, and after it, right before it is answered. */
  onCall?: (call: SeenCall, when: 'before' | 'after') => void | Promise<void>
}

/** A request as it came in, and what it was answered; 0: not at all. */
export interface SeenCall {
  method: string
  /** Without `/api/v4/`. */
  path: string
  query: string
  body: unknown
  clientId: string
  status: number
}

/** A stand-in for the account of a customer, at its own address. */
export interface AmocrmDouble extends Hand {
  /** Where it listens: the account's address. */
  url: string
  /** The account's host as OAuth tells it. */
  referer: string
  /** The integration that there is when none were given. */
  client: Client
  account: Account
  hooks: Hooks
  oauth: OAuth
  /** Requests in the order in which they came. */
  calls: SeenCall[]
  /** All that broke the vendor's rules, faults that it was told to play excepted. */
  refused(): { call: string; why: string; body?: unknown }[]
  /** Forgets what was refused, for tests that break rules on purpose. */
  forgive(): void
  /** The most requests of one integration in any sliding second. */
  mostInOneSecond(): number
  breaches(): number
  inject(fault: Fault, scope?: FaultScope): void
  /** From now on a share of all calls meets faults. */
  setWeather(weather: Weather | undefined): void
  clearFaults(): void
  faultsPlayed(): number
  connections(): Promise<number>
  stop(): Promise<void>
}

export const testClient: Client = { id: '5f2c0000-1111-4222-8333-444455556666', secret: 'a secret of the integration' }

/** Starts the double on a loopback port. */
export async function startAmocrm(options: AmocrmOptions = {}): Promise<AmocrmDouble> {
  const { subdomain = 'parley', timezone = 'Europe/Moscow', filters = false, now = Date.now } = options
  const account = newAccount({ subdomain, timezone, filters, now })
  const clients = options.clients ?? [testClient]
  const faults = new Faults()
  const limits: Limits = openLimits(options.perIntegration ?? 7, options.perAccount ?? 50, options.blockAfter ?? 100)
  const refused: { call: string; why: string; body?: unknown }[] = []
  const calls: SeenCall[] = []
  const hooks = openHooks(account, ({ destination }) => {
    refused.push({ call: `webhook to ${destination}`, why: 'It was not acknowledged within 2 seconds.' })
  })
  let referer = ''
  const oauth = openOAuth({
    clients,
    tokenCalls: options.tokenCalls ?? Number.POSITIVE_INFINITY,
    now,
    host: () => referer,
  })

  let events: HookEvent[] = []
  account.tell = (event) => void events.push(event)
  /** Does something to the account and tells the webhooks of it afterwards. */
  function change<T>(work: () => T): T {
    try {
      return work()
    } finally {
      const told = events
      events = []
      hooks.send(told)
    }
  }

  const server = createServer((request, response) => {
    void serve(request, response).catch((error) => {
      refused.push({ call: `${request.method} ${request.url}`, why: `The double broke: ${(error as Error).stack}` })
      if (!response.headersSent) response.writeHead(500).end()
    })
  })
  server.keepAliveTimeout = 60_000

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://double')
    response.setHeader('date', new Date(now()).toUTCString())
    if (url.pathname === '/oauth') return agree(url.searchParams, response)
    const body = await readBody(request)
    const { authorization } = request.headers
    const method = request.method ?? 'GET'
    const json = parse(body)
    const clientId = oauth.whose(authorization, json)
    const path = url.pathname.replace(/^\/api\/v4\//, '')
    const call: SeenCall = { method, path, query: url.search, body: json, clientId, status: 0 }
    calls.push(call)
    const faulty = url.pathname.startsWith('/api/v4/')
    let fault: Fault | undefined
    try {
      limits.count(clientId)
      fault = faulty ? faults.take(method, path) : undefined
      if (fault?.kind === 'slow') await sleep(fault.ms)
      if (fault !== undefined && fault.kind !== 'slow' && fault.when === 'before')
        return suffer(fault, call, request, response)
      if (body !== '' && !(request.headers['content-type'] ?? '').startsWith('application/json'))
        throw problem(400, 'The body must be application/json.')
      if (body !== '' && json === undefined) throw problem(400, 'The body is no JSON.')
      const reply = await perform(call, url, authorization)
      if (fault !== undefined && fault.kind !== 'slow') return suffer(fault, call, request, response)
      answer(response, call, reply.status, 'application/hal+json', reply.body)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.counts) refused.push({ call: `${method} ${url.pathname}${url.search}`, why: error.message, body: json })
      answer(response, call, error.status, error.contentType, error.body)
    }
  }

  /** The consent page, whose button the owner has pressed. */
  function agree(query: URLSearchParams, response: ServerResponse): void {
    const given = { clientId: query.get('client_id') ?? '', state: query.get('state') ?? '' }
    response.writeHead(302, { location: oauth.consent(given) }).end()
  }

  async function perform(call: SeenCall, url: URL, authorization: string | undefined): Promise<Reply> {
    const { method, path, body: json } = call
    if (url.pathname === '/oauth2/access_token' && method === 'POST') return { status: 200, body: oauth.exchange(json) }
    if (!url.pathname.startsWith('/api/v4/')) throw problem(404, `There is no ${url.pathname}.`)
    oauth.clientOf(authorization)
    await options.onCall?.(call, 'before')
    const by = account.users[0]!.id
    const reply = change(() => answerCall({ account, hooks, method, path, query: url.searchParams, json, by }))
    await options.onCall?.(call, 'after')
    return reply
  }

  /** An answer, a broken connection, or nothing at all. */
  function suffer(
    fault: Exclude<Fault, { kind: 'slow' }>,
    call: SeenCall,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (fault.kind === 'drop') return void request.socket.destroy()
    if (fault.kind === 'hang') return
    const { status, contentType, body } = answerOf(fault.status)
    answer(response, call, status, contentType, body)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  referer = `127.0.0.1:${(server.address() as AddressInfo).port}`
  account.url = `http://${referer}`
  return {
    ...byHand(account, change),
    url: account.url,
    referer,
    client: clients[0]!,
    account,
    hooks,
    oauth,
    calls,
    refused: () => refused,
    forgive: () => void refused.splice(0),
    mostInOneSecond: () => limits.mostInOneSecond(),
    breaches: () => limits.breaches(),
    inject: (fault, scope) => faults.inject(fault, scope),
    setWeather: (weather) => faults.setWeather(weather),
    clearFaults: () => faults.clear(),
    faultsPlayed: () => faults.played,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    async stop() {
      hooks.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answer(response: ServerResponse, call: SeenCall, status: number, contentType: string, body: unknown): void {
  call.status = status
  if (body === undefined) return void response.writeHead(status).end()
  response
    .writeHead(status, { 'content-type': contentType })
    .end(typeof body === 'string' ? body : JSON.stringify(body))
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function parse(body: string): unknown {
  try {
    return body === '' ? undefined : JSON.parse(body)
  } catch {
    return undefined
  }
}
