import type { Entity, Identity } from '../../src/conversations/message.ts'

/** A text as WhatsApp's apps write it, and the ids of the people whom it mentions. */
export interface Marked {
  text: string
  mentions: string[]
}

/** How a channel mentions a person: what stands in the text, and the id it goes by. Undefined where it cannot. */
export type Mention = (identity: Identity) => { text: string; id: string } | undefined

/** Signs that WhatsApp reads as formatting (faq.whatsapp.com/539178204879377). */
const signs: Partial<Record<Entity['type'], string>> = {
  bold: '*',
  italic: '_',
  strikethrough: '~',
  code: '`',
  pre: '```',
}

/**
 * Writes formatting as WhatsApp's signs. What it does not know stays plain; a link's address follows its words in brackets;
 * mentions are written as the channel does it.
 */
export function markText(text: string, entities: readonly Entity[] = [], mention: Mention = () => undefined): Marked {
  const marks: Mark[] = []
  const mentions: string[] = []
  const codes = entities.filter(({ type }) => type === 'code' || type === 'pre')
  for (const [index, entity] of entities.entries()) {
    const { offset } = entity
    const end = Math.min(offset + entity.length, text.length)
    // Within code signs are shown as they are.
    if (end <= offset || codes.some((code) => code !== entity && covers(code, entity))) continue
    if (entity.type === 'mention') {
      const person = entity.identity && mention(entity.identity)
      if (!person) continue
      mentions.push(person.id)
      marks.push({ at: offset, end, rank: 0, text: person.text })
    } else if (entity.type === 'link') {
      const { url } = entity
      if (url !== undefined && !isShown(text.slice(offset, end), url))
        marks.push({ at: end, rank: -1, text: ` (${url})` })
    } else if (entity.type === 'quote') {
      for (const line of linesOf(text, offset, end)) marks.push({ at: line.start, rank: -1, text: '> ' })
    } else marks.push(...wrap(text, entity.type, offset, end, index))
  }
  return { text: write(text, marks), mentions: [...new Set(mentions)] }
}

interface Mark {
  at: number
  /** Up to here the text is replaced; else it is only added to. */
  end?: number
  /** At the same place the lower one comes first: what closes, then what opens. */
  rank: number
  text: string
}

/** WhatsApp formats within a line, between whole words, and not where a space stands at the edge; code in a block may have lines. */
function wrap(text: string, type: Entity['type'], offset: number, end: number, index: number): Mark[] {
  const sign = signs[type]
  if (sign === undefined) return []
  const stretches = type === 'pre' ? [{ start: offset, end }] : linesOf(text, offset, end)
  return stretches.flatMap((stretch) => {
    const words = text.slice(stretch.start, stretch.end)
    const start = stretch.start + (words.length - words.trimStart().length)
    const stop = stretch.start + words.trimEnd().length
    if (stop <= start || isWord(text[start - 1]) || isWord(text[stop])) return []
    return [
      { at: start, rank: 1_000_000 - (end - offset) + index / 1000, text: sign },
      { at: stop, rank: -1_000_000 - offset - index / 1000, text: sign },
    ]
  })
}

function linesOf(text: string, offset: number, end: number): { start: number; end: number }[] {
  const lines = []
  let start = offset
  for (const line of text.slice(offset, end).split('\n')) {
    lines.push({ start, end: start + line.length })
    start += line.length + 1
  }
  return lines
}

function write(text: string, marks: Mark[]): string {
  let written = ''
  let place = 0
  for (const mark of marks.toSorted((a, b) => a.at - b.at || a.rank - b.rank)) {
    if (mark.at < place) continue
    written += text.slice(place, mark.at) + mark.text
    place = mark.end ?? mark.at
  }
  return written + text.slice(place)
}

const covers = (outer: Entity, inner: Entity): boolean =>
  outer.offset <= inner.offset && inner.offset + inner.length <= outer.offset + outer.length

const isShown = (words: string, url: string): boolean =>
  url === words || url === `https://${words}` || url === `${words}/`

const isWord = (sign: string | undefined): boolean => sign !== undefined && /[\p{L}\p{N}]/u.test(sign)
