import { connect, type Socket } from 'node:net'
import { createTransport, type Transporter } from 'nodemailer'
import { AppError } from '../../../src/platform/errors.ts'
import type { SafeHttp } from '../../../src/platform/safe-http/safe-http.ts'
import { atAddress, type MailServer } from './address.ts'
import type { Credentials, Secret } from './credentials.ts'
import type { ServerFailure } from './server-error.ts'

const connectMs = 15_000

/**
 * Does something over a connection of its own to the server that sends our mail; ending `signal` breaks it off. An access token that
 * was refused is renewed once. Throws what nodemailer throws.
 */
export async function overSmtp<T>(
  http: SafeHttp,
  server: MailServer,
  credentials: Credentials,
  signal: AbortSignal,
  work: (transport: Transporter) => Promise<T>,
): Promise<T> {
  const secret = await credentials.secret()
  try {
    return await attempt(http, server, secret, signal, work)
  } catch (error) {
    const failure = error as ServerFailure
    if (!credentials.renewable || failure.code !== 'EAUTH' || (failure.responseCode ?? 535) < 500) throw error
    return attempt(http, server, await credentials.secret(secret), signal, work)
  }
}

async function attempt<T>(
  http: SafeHttp,
  server: MailServer,
  secret: Secret,
  signal: AbortSignal,
  work: (transport: Transporter) => Promise<T>,
): Promise<T> {
  const socket = await atAddress(http, server, (address) => openSocket(address, server.port, signal))
  // A server may end the connection while nobody listens to it, which would end the program.
  socket.on('error', () => undefined)
  const end = () => socket.destroy()
  signal.addEventListener('abort', end)
  const { user } = server
  const transport = createTransport({
    host: server.host,
    port: server.port,
    connection: socket,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    tls: server.tls,
    auth:
      'password' in secret
        ? { user, pass: secret.password }
        : { type: 'OAuth2', user, accessToken: secret.accessToken },
    greetingTimeout: 15_000,
    socketTimeout: 60_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    return await work(transport)
  } finally {
    signal.removeEventListener('abort', end)
    transport.close()
    socket.destroy()
  }
}

function openSocket(address: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new AppError('timeout', 'The attempt was ended before it began.'))
    const socket = connect({ host: address, port })
    const fail = (error: Error) => {
      socket.destroy()
      signal.removeEventListener('abort', abort)
      reject(error)
    }
    const abort = () => fail(new AppError('timeout', 'The attempt was ended before there was a connection.'))
    signal.addEventListener('abort', abort)
    socket.setTimeout(connectMs, () => fail(Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' })))
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeListener('error', fail)
      signal.removeEventListener('abort', abort)
      resolve(socket)
    })
  })
}
