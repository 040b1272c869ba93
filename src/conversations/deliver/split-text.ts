import type { Entity } from '../message.ts'

/** A stretch of text with its own entities. */
export interface TextPiece {
  text: string
  entities: Entity[]
}

/** Places to cut at, the best first: after a paragraph, a line, a sentence, a word. */
const breaks = [/\n{2,}/g, /\n/g, /[.!?…]+\s/g, /\s/g]

/**
 * Cuts a text into pieces of at most `maxLength` UTF-16 code units, at a sensible place in the second half of each
 * piece where there is one. White space around a cut is dropped; entities across it go on in the next piece.
 */
export function splitText(text: string, entities: readonly Entity[] = [], maxLength: number): TextPiece[] {
  const pieces: TextPiece[] = []
  let start = 0
  while (start < text.length) {
    const end =
      text.length - start <= maxLength ? text.length : start + cutLength(text.slice(start, start + maxLength + 1))
    const piece = cutPiece(text, entities, start, end)
    if (piece.text !== '') pieces.push(piece)
    start = end
  }
  return pieces
}

/** How much of a window, one unit longer than what is allowed, goes into the piece. */
function cutLength(window: string): number {
  const limit = window.length - 1
  for (const pattern of breaks) {
    let best = 0
    for (const match of window.matchAll(pattern)) {
      if (match.index > limit) break
      best = Math.min(match.index + match[0].length, limit)
    }
    if (best > limit / 2) return best
  }
  const splitsPair = /[\uD800-\uDBFF]/.test(window[limit - 1] ?? '') && /[\uDC00-\uDFFF]/.test(window[limit] ?? '')
  return splitsPair && limit > 1 ? limit - 1 : limit
}

function cutPiece(text: string, entities: readonly Entity[], start: number, end: number): TextPiece {
  const raw = text.slice(start, end)
  const isWhole = start === 0 && end === text.length
  const cut = isWhole ? raw : start === 0 ? raw.trimEnd() : end === text.length ? raw.trimStart() : raw.trim()
  const from = start + (isWhole || start === 0 ? 0 : raw.length - raw.trimStart().length)
  return { text: cut, entities: cutEntities(entities, from, from + cut.length) }
}

/** The parts of the entities that stand between two places, counted from the first. */
export function cutEntities(entities: readonly Entity[], from: number, to: number): Entity[] {
  return entities.flatMap((entity) => {
    const start = Math.max(entity.offset, from)
    const length = Math.min(entity.offset + entity.length, to) - start
    return length > 0 ? [{ ...entity, offset: start - from, length }] : []
  })
}
