import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Receiver {
  url: string
  requests: ReceivedRequest[]
  /** What it answers at its address from now on; elsewhere it always answers 200. */
  answer(status: number, headers?: Record<string, string>, body?: string): void
  /** Requests are answered only once this resolves; undefined ends that. */
  hold(until: Promise<void> | undefined): void
  close(): Promise<void>
}

/** Another system on the loopback that takes webhooks. */
export async function startReceiver(): Promise<Receiver> {
  const requests: ReceivedRequest[] = []
  const usual = { status: 200, headers: {}, body: 'thanks' }
  let next: { status: number; headers: Record<string, string>; body: string } = usual
  let held: Promise<void> | undefined
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', async () => {
      requests.push({
        method: request.method!,
        path: request.url!,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      })
      await held
      const { status, headers, body } = request.url!.split('?')[0] === '/hook' ? next : usual
      response.writeHead(status, headers).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    requests,
    answer: (status, headers = {}, body = 'thanks') => {
      next = { status, headers, body }
    },
    hold: (until) => {
      held = until
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
