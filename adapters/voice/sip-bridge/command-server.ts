import { createServer, type IncomingMessage, type Server } from 'node:http'
import { AppError, type ErrorCode } from '../../../src/platform/errors.ts'
import type { Log } from '../../../src/platform/log.ts'

export interface CommandServer {
  port: number
  close(): Promise<void>
}

export interface CommandServerOptions {
  host: string
  port: number
  log: Log
  /** Carries out a command; `signature` is the header as it came. Gives the body of the answer. */
  onCommand(body: Buffer, signature: string | undefined): Promise<unknown>
  /** What `GET /healthz` answers. */
  health(): unknown
}

/** A file to play may come with the command. */
const longestBody = 15_000_000
const statuses: Partial<Record<ErrorCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported: 422,
  rate_limited: 429,
  refused_address: 422,
  timeout: 504,
  unavailable: 503,
}

/** Listens for commands: `POST /` with a signed body, and `GET /healthz`. Throws `conflict` when the port is taken. */
export async function startCommandServer(options: CommandServerOptions): Promise<CommandServer> {
  const { log, onCommand, health } = options
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 60_000 }, async (request, response) => {
    const { status, body } = await answerTo(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })

  async function answerTo(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    try {
      const path = request.url?.split('?')[0]
      if (request.method === 'GET' && path === '/healthz') return { status: 200, body: health() }
      if (request.method !== 'POST' || path !== '/')
        return { status: 404, body: { error: 'Expected POST / or GET /healthz.' } }
      const signature = request.headers['x-signature']
      return { status: 200, body: await onCommand(await readBody(request), [signature].flat()[0]) }
    } catch (error) {
      if (error instanceof AppError) return { status: statuses[error.code] ?? 500, body: { error: error.message } }
      log.error({ error }, 'a command failed')
      return { status: 500, body: { error: 'The SIP bridge failed; its log tells why.' } }
    }
  }

  const port = await listen(server, options)
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > longestBody) throw new AppError('too_large', `The command is larger than ${longestBody} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function listen(server: Server, { host, port }: CommandServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new AppError('conflict', `Commands cannot be listened for at ${host}:${port}: ${error.message}`, {
          cause: error,
        }),
      ),
    )
    server.listen(port, host, () => resolve((server.address() as { port: number }).port))
  })
}
