import type { RichBlock, RichMessage, RichText } from 'grammy/types'

/** The words of a rich message, a block a line; its formatting and media are left out. */
export function plainText(message: RichMessage): string {
  return message.blocks.flatMap(linesOf).join('\n')
}

function linesOf(block: RichBlock): string[] {
  const lines: string[] = []
  if ('text' in block) lines.push(wordsOf(block.text))
  if ('summary' in block) lines.push(wordsOf(block.summary))
  if ('blocks' in block) lines.push(...block.blocks.flatMap(linesOf))
  if ('items' in block) lines.push(...block.items.flatMap((item) => item.blocks.flatMap(linesOf)))
  if ('cells' in block) lines.push(...block.cells.map((row) => row.map((cell) => wordsOf(cell.text ?? '')).join(' | ')))
  if ('caption' in block && block.caption !== undefined) {
    lines.push(
      wordsOf(typeof block.caption === 'object' && 'text' in block.caption ? block.caption.text : block.caption),
    )
  }
  return lines.filter((line) => line !== '')
}

function wordsOf(text: RichText): string {
  if (typeof text === 'string') return text
  if (Array.isArray(text)) return text.map(wordsOf).join('')
  if ('text' in text) return wordsOf(text.text)
  return 'alternative_text' in text ? text.alternative_text : ''
}
