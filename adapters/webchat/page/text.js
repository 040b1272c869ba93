import { element, link } from './element.js'
import { words } from './words.js'

/** A text with its entities as nodes; no part of it is ever read as HTML. */
export function textNodes(text, entities = []) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length)
  return stretch(text, sorted, 0, text.length, true)
}

/** The nodes of `text` from `from` to `to`; an entity that reaches over the end of another is cut in two there. */
function stretch(text, entities, from, to, links) {
  const nodes = []
  let at = from
  for (const [index, entity] of entities.entries()) {
    const start = Math.max(entity.offset, at)
    const end = Math.min(entity.offset + entity.length, to)
    if (start >= end) continue
    const linksInside = links && !['link', 'code', 'pre', 'email', 'phone'].includes(entity.type)
    const inside = stretch(text, entities.slice(index + 1), start, end, linksInside)
    nodes.push(...plain(text.slice(at, start), links), wrap(entity, text.slice(start, end), inside))
    // A block ends its line itself.
    at = blocks.includes(entity.type) && text[end] === '\n' ? end + 1 : end
  }
  return [...nodes, ...plain(text.slice(at, to), links)]
}

const blocks = ['pre', 'quote']
const tags = { bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's', code: 'code', quote: 'blockquote' }

function wrap(entity, text, inside) {
  if (entity.type === 'pre') return element('pre', {}, element('code', {}, ...inside))
  if (entity.type === 'spoiler') return spoiler(inside)
  const address = { link: entity.url ?? text, email: `mailto:${text}`, phone: `tel:${text}` }[entity.type]
  return link(address, {}, ...inside) ?? element(tags[entity.type] ?? 'span', {}, ...inside)
}

function spoiler(inside) {
  const cover = element(
    'button',
    { type: 'button', className: 'spoiler' },
    element('span', { className: 'unseen' }, words.spoiler),
    element('span', { className: 'covered' }, ...inside),
  )
  cover.addEventListener('click', () => cover.replaceWith(...inside))
  return cover
}

/** Addresses that stand in the text as they are become links. */
function plain(text, links) {
  if (!links) return [text]
  return text
    .split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}»])/)
    .map((piece, index) => (index % 2 === 1 ? (link(piece, {}, piece) ?? piece) : piece))
}
