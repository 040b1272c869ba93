import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the next request that changes something meets instead of its answer. */
export type VoiceFault = 'rate_limit' | 'over' | 'drop' | 'drop_after' | 'server_error'

export interface VendorRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: string
}

export interface VendorReply {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** A refusal of what breaks the vendor's rules: counted, so that a test can ask for none. */
export class Broken extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export interface VendorServer {
  url: string
  requests: VendorRequest[]
  /** Requests that broke the vendor's rules. */
  refused: { request: VendorRequest; why: string }[]
  /** The next request that `meets` says yes to gets this fault. */
  inject(fault: VoiceFault): void
  connections(): Promise<number>
  close(): Promise<void>
}

export interface VendorRules {
  /** Answers a request; throws {@link Broken} for what breaks the rules. */
  answer(request: VendorRequest): VendorReply
  /** Whether a fault may meet this request. */
  meets(request: VendorRequest): boolean
  /** How this vendor says that a call is over. */
  over: VendorReply
  refusal(status: number, why: string): unknown
}

/** A vendor's server on loopback. */
export async function startVendorServer(rules: VendorRules): Promise<VendorServer> {
  const requests: VendorRequest[] = []
  const refused: VendorServer['refused'] = []
  const faults: VoiceFault[] = []
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1')
    const request: VendorRequest = {
      method: incoming.method ?? 'GET',
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
    }
    requests.push(request)
    const fault = rules.meets(request) ? faults.shift() : undefined
    if (fault === 'drop') return void incoming.socket.destroy()
    let reply: VendorReply
    try {
      reply =
        fault === 'rate_limit'
          ? { status: 429, headers: { 'retry-after': '3' }, body: rules.refusal(429, 'Too many requests') }
          : fault === 'server_error'
            ? { status: 503, body: rules.refusal(503, 'Down for maintenance') }
            : fault === 'over'
              ? rules.over
              : rules.answer(request)
    } catch (error) {
      if (!(error instanceof Broken)) throw error
      refused.push({ request, why: error.message })
      reply = { status: error.status, body: rules.refusal(error.status, error.message) }
    }
    if (fault === 'drop_after') return void incoming.socket.destroy()
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
    response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    refused,
    inject: (fault) => void faults.push(fault),
    connections: () => new Promise((resolve, reject) => server.getConnections((e, n) => (e ? reject(e) : resolve(n)))),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
