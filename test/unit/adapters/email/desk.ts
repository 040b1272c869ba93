import { createEmailAdapter } from '../../../../adapters/email/adapter.ts'
import { email } from '../../../../adapters/email/email.ts'
import type { EmailSettings } from '../../../../adapters/email/settings.ts'
import type { ChannelAdapter, ChannelContext } from '../../../../src/conversations/channel.ts'
import type { ChannelEvent } from '../../../../src/conversations/event.ts'
import { channelContext, type TestContext } from '../../../channel-context.ts'
import { certificate } from '../../../doubles/mail/certificate.ts'
import { type Dovecot, mailbox, startDovecot } from '../../../doubles/mail/dovecot.ts'
import { type SmtpDouble, startSmtp } from '../../../doubles/mail/smtp-double.ts'

/** A mailbox with its two servers, and a channel on it. */
export interface TestDesk {
  imap: Dovecot
  smtp: SmtpDouble
  context: TestContext<EmailSettings>
  adapter: ChannelAdapter
  /** Listens as another process would: with what is kept, and nothing in memory. */
  listen(over?: Partial<ChannelContext<EmailSettings>>): Promise<() => Promise<void>>
  stop(): Promise<void>
}

export const waits = { lookEvery: 50, firstPause: 20, longestPause: 100 }

export async function startDesk(settings: Record<string, unknown> = {}): Promise<TestDesk> {
  const [imap, smtp] = await Promise.all([startDovecot(), startSmtp()])
  const context = channelContext(deskSettings(imap.port, smtp.port, settings))
  const open: ChannelAdapter[] = []
  const listening: (() => Promise<void>)[] = []
  const make = (over: Partial<ChannelContext<EmailSettings>> = {}) => {
    const adapter = createEmailAdapter({ ...context, ...over }, waits)
    open.push(adapter)
    return adapter
  }
  return {
    imap,
    smtp,
    context,
    adapter: make(),
    async listen(over) {
      const stop = await make(over).listen?.()
      listening.push(stop!)
      return stop!
    },
    async stop() {
      for (const stop of listening) await stop()
      for (const adapter of open) await adapter.close()
      await context.http.close()
      await Promise.all([imap.stop(), smtp.stop()])
    },
  }
}

export function deskSettings(imapPort: number, smtpPort: number, over: Record<string, unknown> = {}): EmailSettings {
  const server = { host: '127.0.0.1', security: 'starttls', ca: certificate }
  return email.settings.parse({
    address: mailbox.user,
    name: 'North Cars',
    imap: { ...server, port: imapPort },
    smtp: { ...server, port: smtpPort },
    password: mailbox.password,
    ...over,
  }) as EmailSettings
}

/** A letter from Ann, as it lies in the mailbox. */
export function letter(number: number | string, over: Record<string, string | undefined> = {}): string {
  const { body = `Hello ${number}`, ...headers } = over
  const head = {
    From: 'Ann Example <ann@example.org>',
    To: mailbox.user,
    Subject: `Question ${number}`,
    Date: new Date().toUTCString().replace('GMT', '+0000'),
    'Message-ID': `<m${number}@example.org>`,
    ...headers,
  }
  const lines = Object.entries(head).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  return `${lines.join('\r\n')}\r\n\r\n${body.replaceAll(/\r?\n/g, '\r\n')}\r\n`
}

export function texts(events: ChannelEvent[]): string[] {
  return events.map((event) =>
    event.kind === 'message' || event.kind === 'own_message' ? event.message.text : event.kind,
  )
}
