import { splitText } from '../../../../src/conversations/deliver/split-text.ts'
import type { Entity } from '../../../../src/conversations/message.ts'
import { markText } from '../../markup.ts'

/** A text in WhatsApp's signs, in pieces of at most `limit` UTF-16 code units, signs counted. */
export function markedPieces(text: string, entities: readonly Entity[] | undefined, limit: number): string[] {
  for (let size = limit; ; size = Math.floor(size * 0.8)) {
    const pieces = splitText(text, entities, size).map((piece) => markText(piece.text, piece.entities).text)
    if (pieces.every((piece) => piece.length <= limit) || size < 8) return pieces.filter((piece) => piece.trim() !== '')
  }
}
