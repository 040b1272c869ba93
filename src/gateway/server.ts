import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import { AppError, messageOf } from '../platform/errors.ts'

export interface RunningServer {
  /** Where it listens on this machine: `http://127.0.0.1:8080`. */
  address: string
  port: number
  /** Takes no new connection, lets requests finish for so many milliseconds, then closes what is left. */
  close(limitMs: number): Promise<void>
}

/** Listens at a host and port (0: any free one). Throws `conflict` when the port is taken, and names the setting. */
export async function startServer(app: Hono, { host, port }: { host: string; port: number }): Promise<RunningServer> {
  const server = await listen(app, host, port)
  const actual = (server.address() as AddressInfo).port
  return { address: addressOf(host, actual), port: actual, close: (limitMs) => close(server, limitMs) }
}

function listen(app: Hono, hostname: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname, port }, () => {
      server.off('error', refuse)
      resolve(server)
    }) as Server
    const refuse = (error: NodeJS.ErrnoException) => reject(explain(error, hostname, port))
    server.on('error', refuse)
  })
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): AppError {
  const where = addressOf(host, port)
  if (error.code === 'EADDRINUSE') {
    return new AppError(
      'conflict',
      `PORT is ${port}, but another program listens at ${where} already. Stop it, or choose another PORT.`,
      { cause: error },
    )
  }
  if (error.code === 'EACCES') {
    return new AppError(
      'forbidden',
      `PORT is ${port}, and this user may not listen at ${where}. Choose a PORT above 1023.`,
      { cause: error },
    )
  }
  return new AppError('unavailable', `The server cannot listen at ${where} (HOST, PORT): ${messageOf(error)}`, {
    cause: error,
  })
}

function addressOf(host: string, port: number): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`
}

function close(server: Server, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => server.closeAllConnections(), limitMs)
    // A connection that was busy is kept alive by its client afterwards, and would be waited for.
    const idle = setInterval(() => server.closeIdleConnections(), 50)
    server.close(() => {
      clearTimeout(limit)
      clearInterval(idle)
      resolve()
    })
  })
}
