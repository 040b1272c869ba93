import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface TestServer {
  port: number
  /** `http://127.0.0.1:port` */
  url: string
  /** The requests that arrived. */
  requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[]
  connections: number
  close(): Promise<void>
}

/** A real server on loopback that notes what it is asked. */
export async function startServer(answer: RequestListener, host = '127.0.0.1'): Promise<TestServer> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      started.requests.push({ method: request.method!, url: request.url!, headers: request.headers, body })
      answer(request, response)
    })
  })
  server.on('connection', () => {
    started.connections++
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  const started: TestServer = {
    port,
    url: `http://${host}:${port}`,
    requests: [],
    connections: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return started
}
