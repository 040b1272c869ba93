import { createHash } from 'node:crypto'
import type { SendMailOptions } from 'nodemailer'
import type { ChannelContext, Outbound, Receipt, Target } from '../../../src/conversations/channel.ts'
import type { EmailPart } from '../../../src/conversations/message.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { htmlToText } from '../inbound/html-text.ts'
import { mailServer } from '../servers/address.ts'
import type { Credentials } from '../servers/credentials.ts'
import { overSmtp } from '../servers/smtp-client.ts'
import type { EmailSettings } from '../settings.ts'
import { isAddressThread, newMessageId, ownHeader } from '../threads/message-id.ts'
import { baseSubject } from '../threads/subject.ts'
import type { Heard, Said, ThreadMemory } from '../threads/thread-memory.ts'
import { outboundFiles } from './attachments.ts'
import { smtpError } from './smtp-error.ts'
import { toHtml } from './to-html.ts'

/** What a letter without a subject of its own is called when it answers none. */
const defaultSubject = 'Notification'

/**
 * Sends a message as a letter of its thread. The Message-ID is noted before the attempt and forgotten after it: a repeated attempt
 * with the same content goes out under the same one, by which servers and programs know a double.
 */
export async function sendLetter(
  context: ChannelContext<EmailSettings>,
  credentials: Credentials,
  memory: ThreadMemory,
  target: Target,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<Receipt> {
  if (outbound.action !== 'message') throw new AppError('unsupported', `A letter cannot do this: ${outbound.action}.`)
  if (signal.aborted) throw new AppError('timeout', 'The attempt was ended before it began.')
  const { settings } = context.channel
  const email = outbound.parts?.find((part) => part.type === 'email')
  const [heard, said, key] = await Promise.all([memory.heard(target.thread), memory.said(target.thread), memory.key()])
  const to = recipients(target.thread, email, heard)
  const subject = subjectOf(target.thread, email, heard, said)
  const content = contentHash(outbound)
  const messageId =
    said.attempt?.content === content
      ? said.attempt.messageId
      : newMessageId(key, target.thread, settings.address.split('@')[1]!)
  const letter: SendMailOptions = {
    from: settings.name === undefined ? settings.address : { name: settings.name, address: settings.address },
    to,
    ...(email?.cc && { cc: email.cc }),
    subject: subject.text,
    date: context.clock.now(),
    messageId,
    headers: { [ownHeader]: messageId.slice(1, -1) },
    ...(subject.goesOn && lettersBefore(heard, said, outbound.replyToExternalId)),
    ...bodiesOf(outbound, email),
    attachments: await outboundFiles(context, outbound.parts ?? [], signal),
  }
  await memory.say(target.thread, { ...said, attempt: { content, messageId } })
  const server = mailServer(settings, 'SMTP')
  try {
    await overSmtp(context.http, server, credentials, signal, (transport) => transport.sendMail(letter))
  } catch (error) {
    throw smtpError(server, error)
  }
  const base = baseSubject(subject.text)
  await memory.say(target.thread, {
    subject: subject.goesOn ? (said.subject ?? base) : base,
    messageIds: [...(subject.goesOn ? said.messageIds : []), messageId].slice(-5),
  })
  for (const address of addressesOf(to)) await memory.noteSubject(base, address, target.thread)
  return { externalIds: [messageId] }
}

type Recipients = string[] | { name: string; address: string }

/** Those that the message names; else who wrote last, or whom the thread is named after. */
function recipients(thread: string, email: EmailPart | undefined, heard: Heard | undefined): Recipients {
  if (email?.to && email.to.length > 0) return email.to
  if (heard) return { name: heard.to.name ?? '', address: heard.to.address }
  if (isAddressThread(thread)) return [thread]
  throw new AppError(
    'not_found',
    `Nobody is known to write to in the thread "${thread}": no letter of it has been seen.`,
  )
}

function addressesOf(to: Recipients): string[] {
  return (Array.isArray(to) ? to : [to.address]).map((address) => address.toLowerCase())
}

/**
 * The subject: the message's own, else `Re:` and the one that was written to us, else the one that we began with. In a thread that we
 * began, a subject of another kind begins anew for the reader: it goes on from no letter before.
 */
function subjectOf(thread: string, email: EmailPart | undefined, heard: Heard | undefined, said: Said) {
  const own = email?.subject?.replaceAll(/\s+/g, ' ').trim() || undefined
  const before = heard?.subject ?? said.subject
  if (own !== undefined) {
    const goesOn = !isAddressThread(thread) || before === undefined || baseSubject(own) === before
    return { text: own, goesOn }
  }
  if (heard?.messageId !== undefined) return { text: `Re: ${heard.subject || defaultSubject}`, goesOn: true }
  return { text: before || defaultSubject, goesOn: true }
}

/** The letter that this one answers, and the way to it (RFC 5322, 3.6.4). */
function lettersBefore(
  heard: Heard | undefined,
  said: Said,
  replyTo: string | undefined,
): Pick<SendMailOptions, 'inReplyTo' | 'references'> {
  const chain = [...(heard?.references ?? []), ...(heard?.messageId === undefined ? [] : [heard.messageId])]
  const ids = chain.length > 0 ? chain : said.messageIds
  const asked = replyTo !== undefined && /^<[^<>\s]+>$/.test(replyTo) ? replyTo : undefined
  const answered = asked ?? ids.at(-1)
  if (answered === undefined) return {}
  return { inReplyTo: answered, references: [...ids.filter((id) => id !== answered), answered] }
}

/** Text and HTML say the same; HTML that the message brings goes before ours. */
function bodiesOf(outbound: Extract<Outbound, { action: 'message' }>, email: EmailPart | undefined) {
  const { text, entities } = outbound
  if (email?.html) return { text: text || htmlToText(email.html).whole, html: email.html }
  return { text, ...(text !== '' && { html: toHtml(text, entities) }) }
}

/** Tells whether two attempts are of the same content. */
function contentHash(outbound: Outbound): string {
  return createHash('sha256').update(JSON.stringify(outbound)).digest('hex')
}
