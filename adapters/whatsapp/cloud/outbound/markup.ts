import type { Entity } from '../../../../src/conversations/message.ts'
import { splitText } from '../../../../src/conversations/split-text.ts'

/** The signs that WhatsApp reads as formatting (faq.whatsapp.com/539178204879377). */
const signs: Partial<Record<Entity['type'], string>> = {
  bold: '*',
  italic: '_',
  strikethrough: '~',
  code: '`',
  pre: '```',
}

interface Insertion {
  at: number
  text: string
  /** At the same place: ends before beginnings, inner ends first, outer beginnings first. */
  rank: number
}

/** A text in WhatsApp's own markup; the addresses of links follow their words in brackets. */
export function toMarkup(text: string, entities: readonly Entity[] = []): string {
  const insertions = entities.flatMap((entity) => insertionsOf(text, entity))
  insertions.sort((one, other) => other.at - one.at || other.rank - one.rank)
  let marked = text
  for (const { at, text: sign } of insertions) marked = marked.slice(0, at) + sign + marked.slice(at)
  return marked
}

/** The same in pieces of at most `limit` UTF-16 code units, signs counted. */
export function markedPieces(text: string, entities: readonly Entity[] | undefined, limit: number): string[] {
  for (let size = limit; ; size = Math.floor(size * 0.8)) {
    const pieces = splitText(text, entities, size).map((piece) => toMarkup(piece.text, piece.entities))
    if (pieces.every((piece) => piece.length <= limit) || size < 8) return pieces.filter((piece) => piece.trim() !== '')
  }
}

function insertionsOf(text: string, { type, offset, length, url }: Entity): Insertion[] {
  const end = Math.min(offset + length, text.length)
  if (type === 'link') {
    const words = text.slice(offset, end)
    return url === undefined || url === words ? [] : [{ at: end, text: ` (${url})`, rank: 0.5 }]
  }
  if (type === 'quote') {
    return linesOf(text, offset, end).map(({ from }) => ({ at: from, text: '> ', rank: 2 }))
  }
  const sign = signs[type]
  if (sign === undefined) return []
  // Only preformatted text goes over several lines; the other signs stand at words, not at white space.
  const stretches = type === 'pre' ? [{ from: offset, to: end }] : linesOf(text, offset, end)
  return stretches.flatMap(({ from, to }) => {
    const raw = text.slice(from, to)
    const start = from + raw.length - raw.trimStart().length
    const stop = from + raw.trimEnd().length
    if (stop <= start) return []
    const span = (stop - start) / (text.length + 1)
    return [
      { at: start, text: sign, rank: 4 - span },
      { at: stop, text: sign, rank: span / 4 },
    ]
  })
}

function linesOf(text: string, from: number, to: number): { from: number; to: number }[] {
  const lines: { from: number; to: number }[] = []
  let start = from
  for (const line of text.slice(from, to).split('\n')) {
    if (line.trim() !== '') lines.push({ from: start, to: start + line.length })
    start += line.length + 1
  }
  return lines
}
