import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HookRequest, Received } from '../../../src/conversations/channel.ts'
import { AppError, messageOf } from '../../../src/platform/errors.ts'

/** Where the bridge that we started tells its events: a door on this machine, so that no public address is needed. */
export interface EventsDoor {
  url: string
  close(): Promise<void>
}

const largestBody = 1_000_000

/**
 * Opens the door.
 *
 * @param take Reads a request as a hook's, and resolves when its events are stored.
 */
export async function openEventsDoor(
  take: (request: HookRequest) => Promise<Received['response']>,
): Promise<EventsDoor> {
  const server = createServer(async (request, response) => {
    try {
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.byteLength
        if (size > largestBody) throw new AppError('too_large', 'The body is too large.')
        chunks.push(chunk)
      }
      const headers = new Headers()
      for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value))
      const url = new URL(request.url ?? '/', 'http://127.0.0.1')
      const answer = await take({ method: request.method ?? 'POST', url, headers, body: Buffer.concat(chunks) })
      response.writeHead(answer.status, answer.headers).end(answer.body)
    } catch (error) {
      const status = error instanceof AppError && error.code === 'unauthenticated' ? 401 : 503
      response.writeHead(status, { 'content-type': 'text/plain' }).end(messageOf(error))
    }
  })
  server.requestTimeout = 30_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
