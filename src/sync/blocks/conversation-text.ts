import { DateTime } from 'luxon'
import { contactName } from '../../contacts/contact.ts'
import { readContactRow } from '../../contacts/contact-row.store.ts'
import type { Part } from '../../conversations/message.ts'
import { cutText } from '../../platform/cut-text.ts'
import type { Saying } from './sayings.store.ts'

/** A note is not longer than so many characters; the oldest messages are left out. */
const longest = 8000

/** What was said, the oldest first, as a text for people: a line a message, with its moment in the project's time zone and who said it. */
export function conversationText(
  sayings: readonly Saying[],
  { channel, timeZone }: { channel: string; timeZone: string },
): string {
  const lines = sayings.map((saying) => lineOf(saying, timeZone))
  let [first, length] = [lines.length, 0]
  while (first > 0 && length + lines[first - 1]!.length < longest) length += lines[--first]!.length + 1
  return [`${channel}:`, ...(first > 0 ? ['…'] : []), ...lines.slice(first)].join('\n')
}

function lineOf({ message, contact, operator }: Saying, timeZone: string): string {
  const at = DateTime.fromJSDate(message.at, { zone: timeZone }).toFormat('dd.MM.yyyy HH:mm')
  const words = [message.text, ...(message.parts ?? []).flatMap(wordsFor)].filter((each) => each.trim() !== '')
  return `${at} ${speaker({ message, contact, operator })}: ${cutText(words.join('\n'), longest / 4)}`
}

function speaker({ message, contact, operator }: Saying): string {
  if (operator !== null) return operator
  if (contact !== null) return contactName(readContactRow(contact))
  if (message.direction === 'inbound') return 'Customer'
  return message.runId === null ? 'Team' : 'Bot'
}

/** What stands for a part that is no text. */
function wordsFor(part: Part): string[] {
  switch (part.type) {
    case 'media':
      return [`[${part.name ?? part.media}]`]
    case 'location':
      return [`[${[part.title, part.address, `${part.latitude}, ${part.longitude}`].filter(Boolean).join(', ')}]`]
    case 'contact':
      return [`[${[part.name, part.phone, part.email].filter(Boolean).join(', ')}]`]
    case 'buttons':
      return part.rows.map((row) => row.map(({ label }) => `[${label}]`).join(' '))
    case 'answer':
      return [part.label ?? part.value]
    case 'poll':
      return [`[${part.question}]`]
    case 'email':
      return part.subject === undefined ? [] : [`[${part.subject}]`]
    case 'call':
      return [`[${part.event}]`]
    case 'notice':
      return [`[${part.notice}]`]
    case 'unsupported':
      return [`[${part.what}]`]
    case 'template':
      return []
  }
}
