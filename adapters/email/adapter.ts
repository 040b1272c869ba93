import type { ChannelAdapter, ChannelContext } from '../../src/conversations/channel.ts'
import { AppError, messageOf } from '../../src/platform/errors.ts'
import { emailCapabilities } from './capabilities.ts'
import { type Patience, patience, startListening } from './inbound/listen.ts'
import { sendLetter } from './outbound/send-letter.ts'
import { mailServer } from './servers/address.ts'
import { type Credentials, credentialsOf } from './servers/credentials.ts'
import { openImap } from './servers/imap-client.ts'
import { serverError } from './servers/server-error.ts'
import { overSmtp } from './servers/smtp-client.ts'
import type { EmailSettings } from './settings.ts'
import { threadMemory } from './threads/thread-memory.ts'

/** Connects one mailbox. No server is spoken to until `connect`, `listen` or `send`. */
export function createEmailAdapter(context: ChannelContext<EmailSettings>, waits: Patience = patience): ChannelAdapter {
  const { settings } = context.channel
  const credentials = credentialsOf(context)
  const memory = threadMemory(context.state)
  const closing = new AbortController()

  return {
    capabilities: emailCapabilities,

    pacing: () => ({
      perSecond: settings.pacing.messagesPerSecond,
      perThreadPerSecond: settings.pacing.perThreadPerSecond,
    }),

    async connect() {
      await memory.key()
      const tried = await Promise.allSettled([
        tryImap(context, credentials, closing.signal),
        trySmtp(context, credentials, closing.signal),
      ])
      const [failure, ...more] = tried.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
      if (failure === undefined) return { address: settings.address }
      if (more.length === 0 || !(failure instanceof AppError)) throw failure
      const { code, retryable, cause } = failure
      throw new AppError(code, [failure, ...more].map(messageOf).join(' '), { retryable, cause })
    },

    async receive() {
      throw new AppError('not_found', 'A mailbox is read by IMAP: nobody calls us for it.')
    },

    send: (target, outbound, signal) =>
      sendLetter(context, credentials, memory, target, outbound, AbortSignal.any([signal, closing.signal])),

    listen: async () => startListening(context, credentials, memory, waits),

    /** We may write to anybody; the thread is named after the address, for as long as nobody writes in another one. */
    threadFor(identities) {
      const known = identities.find(({ kind, value }) => kind === 'email' && /^[^\s@<>]+@[^\s@<>]+$/.test(value))
      return known && { id: known.value.toLowerCase(), kind: 'email' }
    },

    async close() {
      closing.abort()
    },
  }
}

/** Signs in, and looks whether the mailbox can be opened. */
async function tryImap(
  context: ChannelContext<EmailSettings>,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<void> {
  const { settings } = context.channel
  const server = mailServer(settings, 'IMAP')
  const client = await openImap(context.http, server, credentials, signal)
  try {
    await client.mailboxOpen(settings.imap.mailbox, { readOnly: true })
  } catch (error) {
    const { responseText } = error as { responseText?: string }
    if (responseText === undefined) throw serverError(server, error)
    throw new AppError('invalid', `imap.mailbox: the server cannot open "${settings.imap.mailbox}": ${responseText}`)
  } finally {
    await client.logout().catch(() => client.close())
  }
}

async function trySmtp(
  context: ChannelContext<EmailSettings>,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<void> {
  const server = mailServer(context.channel.settings, 'SMTP')
  await overSmtp(context.http, server, credentials, signal, (transport) => transport.verify()).catch(
    (error: unknown) => {
      throw serverError(server, error)
    },
  )
}
