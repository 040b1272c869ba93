import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PeerCall {
  method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  /** The parsed body; undefined without one. */
  json: unknown
}

export interface PeerReply {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** What becomes of the next request: an answer of its own, a broken connection before or after it was done, or no answer at all. */
export type PeerFault = { kind: 'reply'; reply: PeerReply } | { kind: 'drop' | 'lost' | 'hang' }

/** A server that speaks JSON, with what can be done to it from outside. */
export interface JsonPeer {
  url: string
  calls: PeerCall[]
  /** What broke the rules, with what it was told. */
  refused: { call: string; why: unknown; json: unknown }[]
  faults: PeerFault[]
  connections(): Promise<number>
  stop(): Promise<void>
}

/** Starts a peer on loopback. `now` is its clock; statuses that `isRefusal` names are counted as broken rules. */
export async function startJsonPeer(
  answer: (call: PeerCall) => PeerReply,
  { now, isRefusal }: { now: () => Date; isRefusal: (reply: PeerReply) => boolean },
): Promise<JsonPeer> {
  const calls: PeerCall[] = []
  const refused: JsonPeer['refused'] = []
  const faults: PeerFault[] = []

  const server = createServer((request, response) => {
    void handle(request, response)
  })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request)
    calls.push(call)
    const fault = faults.shift()
    if (fault?.kind === 'hang') return
    if (fault?.kind === 'drop') return void request.socket.destroy()
    const reply = fault?.kind === 'reply' ? fault.reply : answered(call)
    if (fault?.kind !== 'reply' && (reply.status === 500 || isRefusal(reply))) {
      refused.push({ call: `${call.method} ${call.path}`, why: reply.body, json: call.json })
    }
    if (fault?.kind === 'lost') return void request.socket.destroy()
    response.writeHead(reply.status, {
      date: now().toUTCString(),
      ...(reply.body !== undefined && { 'content-type': 'application/json' }),
      ...reply.headers,
    })
    response.end(reply.body === undefined ? '' : JSON.stringify(reply.body))
  }

  /** A fault of the double itself is told as one, and counted. */
  function answered(call: PeerCall): PeerReply {
    try {
      return answer(call)
    } catch (error) {
      return { status: 500, body: { error: String(error) } }
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    refused,
    faults,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function readCall(request: IncomingMessage): Promise<PeerCall> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const url = new URL(request.url!, 'http://peer')
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  )
  return { method: request.method!, path: url.pathname, query: url.searchParams, headers, json: parsed(text) }
}

function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
