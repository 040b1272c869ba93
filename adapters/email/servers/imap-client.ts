import { ImapFlow } from 'imapflow'
import { AppError } from '../../../src/platform/errors.ts'
import type { SafeHttp } from '../../../src/platform/safe-http/safe-http.ts'
import { atAddress, type MailServer } from './address.ts'
import type { Credentials, Secret } from './credentials.ts'
import { type ServerFailure, serverError } from './server-error.ts'

/** The largest answer that is taken from a server, in bytes: a letter of the longest kind we read, and some. */
const maxAnswerBytes = 96 * 1024 * 1024

/**
 * Signs in to the mailbox's server; ending `signal` breaks it off. A refused access token is renewed once. Whoever calls closes the client.
 * Throws `unauthenticated`, `unavailable`, `timeout`, `refused_address`.
 */
export async function openImap(
  http: SafeHttp,
  server: MailServer,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<ImapFlow> {
  const secret = await credentials.secret()
  try {
    return await signIn(http, server, secret, signal)
  } catch (error) {
    if (!credentials.renewable || !(error as ServerFailure).authenticationFailed) throw serverError(server, error)
  }
  return signIn(http, server, await credentials.secret(secret), signal).catch((error: unknown) => {
    throw serverError(server, error)
  })
}

async function signIn(http: SafeHttp, server: MailServer, secret: Secret, signal: AbortSignal): Promise<ImapFlow> {
  return atAddress(http, server, async (address) => {
    const client = new ImapFlow({
      host: address,
      port: server.port,
      secure: server.security === 'tls',
      ...(server.security !== 'tls' && { doSTARTTLS: server.security === 'starttls' }),
      ...(server.tls.servername !== undefined && { servername: server.tls.servername }),
      tls: server.tls,
      auth: 'password' in secret ? { user: server.user, pass: secret.password } : { user: server.user, ...secret },
      clientInfo: { name: 'Parley' },
      // It would write every line of the conversation down, addresses and all.
      logger: false,
      disableAutoIdle: true,
      connectionTimeout: 20_000,
      greetingTimeout: 15_000,
      socketTimeout: 120_000,
      maxLiteralSize: maxAnswerBytes,
      maxResponseSize: 2 * maxAnswerBytes,
    })
    // Without a listener a broken connection would end the program; whoever waits for an answer is told anyway.
    client.on('error', () => undefined)
    let end = () => {}
    const ended = new Promise<never>((_, reject) => {
      end = () => reject(new AppError('timeout', 'Signing in was broken off.'))
    })
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    try {
      await Promise.race([ended, client.connect()])
      return client
    } catch (error) {
      client.close()
      throw error
    } finally {
      signal.removeEventListener('abort', end)
    }
  })
}
