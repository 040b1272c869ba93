import type { ChannelContext } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type { EmailSettings } from '../settings.ts'
import { mailServer } from './address.ts'
import type { Credentials } from './credentials.ts'
import { openImap } from './imap-client.ts'
import { serverError } from './server-error.ts'
import { overSmtp } from './smtp-client.ts'

/** Signs in, and looks whether the mailbox can be opened. */
export async function tryImap(
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

/** Signs in to the server that sends. */
export async function trySmtp(
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
