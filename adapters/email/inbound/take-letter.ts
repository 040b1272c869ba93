import { createHash } from 'node:crypto'
import type { ChannelFiles } from '../../../src/conversations/channel-tools.ts'
import type { ChannelEvent, ThreadRef } from '../../../src/conversations/event.ts'
import { threadOfOwn } from '../threads/message-id.ts'
import { baseSubject } from '../threads/subject.ts'
import type { ThreadMemory } from '../threads/thread-memory.ts'
import { threadOf } from '../threads/thread-of.ts'
import { automaticBecause } from './automatic.ts'
import type { Correspondent, Letter } from './letter.ts'
import { letterContent } from './parts.ts'
import { personOf } from './person.ts'
import { type Report, readReport } from './reports.ts'

/** What a letter is taken with. */
export interface Desk {
  /** Our own address, in lower case. */
  address: string
  /** What our Message-IDs are sealed with. */
  key: string
  memory: ThreadMemory
  files: ChannelFiles
  maxAttachmentBytes: number
  /** Whether somebody writes faster than a person does. */
  isLoop(sender: string, at: Date, letter: string): boolean
}

/** Where a letter lay, and when it came there. */
export interface Found {
  box: 'inbox' | 'sent'
  at: Date
}

/**
 * Makes events of a letter and remembers what an answer to it needs. Our own letters make none; what a report says of them is their
 * status; what lies among the sent letters of a mail program is the team's. What cannot be answered by a program does not address the bot.
 */
export async function takeLetter(desk: Desk, letter: Letter, found: Found): Promise<ChannelEvent[]> {
  if (await isOurs(desk, letter)) return []
  const report = found.box === 'inbox' ? readReport(letter, desk.key) : undefined
  if (report) return [reportEvent(report, letter, found)]
  const { from, replyTo } = letter
  const isOwn = found.box === 'sent' || from?.address === desk.address
  // The form of a web site often writes from our own address in the name of the person to be answered.
  const byForm = found.box === 'inbox' && isOwn && replyTo !== undefined && replyTo.address !== desk.address
  if (isOwn && !byForm) {
    if (found.box === 'sent') return ownMessage(desk, letter, found)
    // Anybody can write our address there: only what lies among the sent ones was said by us, and that may come yet.
    const event = unknownLetter('a letter to us that names our own address as its sender', letter, found)
    return [{ ...event, externalId: `inbox:${event.externalId}` }]
  }
  const sender = byForm ? replyTo : from
  return sender
    ? inboundMessage(desk, letter, found, sender)
    : [unknownLetter('a letter without a sender', letter, found)]
}

async function inboundMessage(
  desk: Desk,
  letter: Letter,
  found: Found,
  sender: Correspondent,
): Promise<ChannelEvent[]> {
  const { memory } = desk
  const id = await threadOf(letter, sender.address, desk.key, memory)
  const automatic = automaticBecause(letter) !== undefined || desk.isLoop(sender.address, found.at, eventId(letter))
  const content = await letterContent(letter, desk.files, desk.maxAttachmentBytes)
  const subject = baseSubject(letter.subject)
  if (!automatic || (await memory.heard(id)) === undefined) {
    await memory.hear(id, {
      subject,
      ...(letter.messageId !== undefined && { messageId: letter.messageId }),
      references: shortened(letter.references.length > 0 ? letter.references : letter.inReplyTo),
      to: letter.replyTo && letter.replyTo.address !== desk.address ? letter.replyTo : sender,
    })
  }
  await memory.noteSubject(subject, sender.address, id)
  const event: ChannelEvent = {
    kind: 'message',
    externalId: eventId(letter),
    thread: threadRef(id, subject),
    at: timeOf(letter, found),
    sender: personOf(sender),
    message: { externalId: messageId(letter), ...content, ...replyTo(letter), addressesBot: !automatic },
  }
  return [event]
}

async function ownMessage(desk: Desk, letter: Letter, found: Found): Promise<ChannelEvent[]> {
  const [to] = [...letter.to, ...letter.cc].filter(({ address }) => address !== desk.address)
  if (!to) return [unknownLetter('a letter to ourselves', letter, found)]
  const { memory } = desk
  const id = await threadOf(letter, to.address, desk.key, memory)
  const content = await letterContent(letter, desk.files, desk.maxAttachmentBytes)
  const subject = baseSubject(letter.subject)
  const said = await memory.said(id)
  if (letter.messageId !== undefined && !said.messageIds.includes(letter.messageId)) {
    await memory.say(id, {
      ...said,
      subject: said.subject ?? subject,
      messageIds: [...said.messageIds, letter.messageId].slice(-5),
    })
  }
  if ((await memory.heard(id)) === undefined) await memory.hear(id, { subject, references: [], to })
  await memory.noteSubject(subject, to.address, id)
  const event: ChannelEvent = {
    kind: 'own_message',
    externalId: eventId(letter),
    thread: threadRef(id, subject),
    at: timeOf(letter, found),
    to: personOf(to),
    message: { externalId: messageId(letter), ...content, ...replyTo(letter) },
  }
  return [event]
}

/** A letter that we sent and that came to lie in a mailbox. One that its server has renamed is remembered, for the answers to it. */
async function isOurs({ key, memory }: Desk, letter: Letter): Promise<boolean> {
  if (letter.messageId !== undefined && threadOfOwn(key, letter.messageId) !== undefined) return true
  const marked = letter.headers.get('x-parley-message')
  const thread = marked === undefined ? undefined : threadOfOwn(key, marked)
  if (thread === undefined) return false
  if (letter.messageId !== undefined) await memory.noteAlias(letter.messageId, thread)
  return true
}

function reportEvent(report: Report, letter: Letter, found: Found): ChannelEvent {
  if (report.status === 'delayed') return unknownLetter('a report of a delay', letter, found)
  return {
    kind: 'status',
    externalId: eventId(letter),
    thread: threadRef(report.thread, ''),
    at: timeOf(letter, found),
    messageExternalId: report.messageId,
    status: report.status,
    ...(report.error !== undefined && { error: report.error }),
  }
}

/** A letter that is no message, kept with its head. */
export function unknownLetter(what: string, letter: Letter, found: Found): ChannelEvent {
  const { subject, from, text = '' } = letter
  return {
    kind: 'unknown',
    externalId: eventId(letter),
    thread: { id: 'unknown', kind: 'email' },
    at: found.at.toISOString(),
    what,
    raw: {
      subject,
      from: from?.address ?? null,
      text: text.slice(0, 10_000),
      headers: Object.fromEntries(letter.headers),
    },
  }
}

/** The same for the same letter, wherever it lies: its Message-ID, and its date, for programs that use one Message-ID again and again. */
function eventId(letter: Letter): string {
  const { messageId, headers } = letter
  const words = messageId === undefined ? wordsOf(letter) : [messageId, headers.get('date') ?? '']
  return `letter:${createHash('sha256').update(words.join('\n')).digest('hex')}`
}

function messageId(letter: Letter): string {
  return letter.messageId ?? eventId(letter)
}

function wordsOf({ headers, text, html, attachments }: Letter): string[] {
  const heads = ['from', 'to', 'date', 'subject'].map((name) => headers.get(name) ?? '')
  return [...heads, text ?? '', html ?? '', ...attachments.map(({ name, content }) => `${name} ${content.byteLength}`)]
}

function threadRef(id: string, title: string): ThreadRef {
  return { id, kind: 'email', ...(title !== '' && { title }) }
}

function replyTo(letter: Letter): { replyToExternalId?: string } {
  const id = letter.inReplyTo[0] ?? letter.references.at(-1)
  return id === undefined ? {} : { replyToExternalId: id }
}

/** The root and the latest: more is not needed to find the thread (RFC 5322, 3.6.4). */
function shortened(ids: string[]): string[] {
  return ids.length <= 10 ? ids : [ids[0]!, ...ids.slice(-9)]
}

const dayMs = 86_400_000

/** When it was written, where that can be believed; else when it came. */
function timeOf(letter: Letter, { at }: Found): string {
  const written = letter.date?.getTime()
  const credible = written !== undefined && written > at.getTime() - 7 * dayMs && written <= at.getTime() + 600_000
  return (credible ? letter.date! : at).toISOString()
}
