import type { Entity } from '../../../src/conversations/message.ts'

/** A text with its formatting as the simple HTML that every mail program shows; all that people wrote is escaped. */
export function toHtml(text: string, entities: readonly Entity[] = []): string {
  const sorted = entities
    .filter(({ offset, length }) => length > 0 && offset < text.length)
    .toSorted((one, other) => one.offset - other.offset || other.length - one.length)
  const body = render(text, 0, text.length, sorted)
  return `<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body><div style="font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:1.5">${body}</div></body></html>`
}

/** The text between two places; an entity that reaches over the end of the one around it is cut there. */
function render(text: string, from: number, to: number, entities: readonly Entity[]): string {
  let html = ''
  let at = from
  for (let index = 0; index < entities.length; index++) {
    const entity = entities[index]!
    const begin = Math.max(entity.offset, at)
    const end = Math.min(entity.offset + entity.length, to)
    if (begin >= end) continue
    const within: Entity[] = []
    while (index + 1 < entities.length && entities[index + 1]!.offset < end) within.push(entities[++index]!)
    html += escapeHtml(text.slice(at, begin)) + wrap(entity, render(text, begin, end, within))
    at = end
  }
  return html + escapeHtml(text.slice(at, to))
}

const tags: Partial<Record<Entity['type'], string>> = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  quote: 'blockquote',
}

function wrap({ type, url }: Entity, inner: string): string {
  if (type === 'link' && url !== undefined && /^(https?:\/\/|mailto:|tel:)/i.test(url)) {
    return `<a href="${escapeHtml(url)}">${inner}</a>`
  }
  const tag = tags[type]
  return tag === undefined ? inner : `<${tag}>${inner}</${tag}>`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll(/\r?\n/g, '<br>\n')
}
