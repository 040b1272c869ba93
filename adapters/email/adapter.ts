import type { ChannelAdapter, ChannelContext } from '../../src/conversations/channel.ts'
import { AppError, messageOf } from '../../src/platform/errors.ts'
import { emailCapabilities } from './capabilities.ts'
import type { Patience } from './inbound/listen.ts'
import { credentialsOf } from './servers/credentials.ts'
import type { EmailSettings } from './settings.ts'
import { threadMemory } from './threads/thread-memory.ts'

/**
 * Connects one mailbox. No server is spoken to until `connect`, `listen` or `send`, and what speaks to them is loaded only then: most
 * programs have no mailbox.
 */
export function createEmailAdapter(context: ChannelContext<EmailSettings>, waits?: Patience): ChannelAdapter {
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
      const { tryImap, trySmtp } = await import('./servers/try-servers.ts')
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

    async send(target, outbound, signal) {
      const { sendLetter } = await import('./outbound/send-letter.ts')
      const either = AbortSignal.any([signal, closing.signal])
      return sendLetter(context, credentials, memory, target, outbound, either)
    },

    async listen() {
      const { startListening } = await import('./inbound/listen.ts')
      return startListening(context, credentials, memory, waits)
    },

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
