import { contactName } from '../../contacts/contact.ts'
import { readContactRow } from '../../contacts/contact-row.store.ts'
import type { Content, Entity, MediaPart, OutboundPart, Part } from '../message.ts'
import type { SpokenMessage } from './mirrors.store.ts'

/** Something to be said in a room, and the last message of the conversation that it tells of. */
export interface MirrorPiece {
  messageId: number
  content: Content
}

/** Lines are gathered up to so many characters. */
const mostGathered = 3500

/**
 * What messages look like in a room: who said it, then what. Texts that follow one another are one piece; what holds a file, a
 * place or a card is a piece of its own.
 */
export function mirrorPieces(messages: SpokenMessage[]): MirrorPiece[] {
  const pieces: MirrorPiece[] = []
  for (const spoken of messages) {
    const { message } = spoken
    const line = lineOf(spoken)
    const parts = (message.parts ?? []).filter(isShown)
    const last = pieces.at(-1)
    if (parts.length > 0 || !last || last.content.parts || last.content.text.length + line.text.length > mostGathered) {
      pieces.push({ messageId: message.id, content: { ...line, ...(parts.length > 0 && { parts }) } })
      continue
    }
    last.messageId = message.id
    last.content = joined(last.content, line)
  }
  return pieces
}

/** How a change of a message is told. */
export function editedPiece(spoken: SpokenMessage): MirrorPiece {
  return { messageId: spoken.message.id, content: lineOf(spoken, '✏️ ') }
}

function lineOf(spoken: SpokenMessage, before = ''): Content {
  const { message } = spoken
  const head = `${before}${speaker(spoken)}: `
  const rest = (message.parts ?? []).flatMap(wordsFor)
  const entities = (message.entities ?? []).map((entity) => ({ ...entity, offset: entity.offset + head.length }))
  const text = head + [message.text, ...rest].filter((words) => words !== '').join('\n')
  return { text: text.trimEnd(), ...(entities.length > 0 && { entities }) }
}

function speaker({ message, contact, operator }: SpokenMessage): string {
  if (operator !== null) return `🧑‍💼 ${operator}`
  if (contact !== null) return `👤 ${contactName(readContactRow(contact))}`
  if (message.direction === 'inbound') return '👤 Customer'
  return message.runId === null ? '🧑‍💼 Team' : '🤖 Bot'
}

function isShown(part: Part): part is OutboundPart {
  return part.type === 'media' || part.type === 'location' || part.type === 'contact'
}

/** What stands for a part that a room does not show as such. */
function wordsFor(part: Part): string[] {
  switch (part.type) {
    case 'buttons':
      return part.rows.map((row) => row.map(({ label }) => `[${label}]`).join(' '))
    case 'answer':
      return [`▸ ${part.label ?? part.value}`]
    case 'notice':
      return [`• ${part.notice}`]
    case 'call':
      return [`☎️ ${part.event}`]
    case 'poll':
      return [`📊 ${part.question}`]
    case 'email':
      return part.subject === undefined ? [] : [`✉️ ${part.subject}`]
    case 'unsupported':
      return [`[${part.what}]`]
    default:
      return []
  }
}

function joined(one: Content, other: Content): Content {
  const offset = one.text.length + 1
  const moved: Entity[] = (other.entities ?? []).map((entity) => ({ ...entity, offset: entity.offset + offset }))
  const entities = [...(one.entities ?? []), ...moved]
  return { text: `${one.text}\n${other.text}`, ...(entities.length > 0 && { entities }) }
}

/** The same without a file that cannot be had: it is only named. */
export function withoutFile(content: Content, file: MediaPart): Content {
  const parts = content.parts?.filter((part) => part !== file)
  const text = `${content.text}\n[${file.name ?? file.media}]`
  return { ...content, text, ...(parts && parts.length > 0 ? { parts } : { parts: undefined }) }
}
