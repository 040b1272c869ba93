/**
 * The words of an HTML text as plain text: its blocks on lines of their own, list items with a dash, the address of a link
 * behind its words. What is not shown (styles, scripts, comments) is left out. Goes once over the text, however broken it is.
 */
export function textOfHtml(html: string): string {
  const [first = '', ...pieces] = html.split('<')
  let text = spaced(first)
  let hidden: string | undefined
  let link: { url: string; from: number } | undefined
  for (const piece of pieces) {
    const end = piece.indexOf('>')
    const rest = end < 0 ? '' : spaced(piece.slice(end + 1))
    if (hidden === '!--' || (!hidden && piece.startsWith('!--'))) {
      const over = piece.indexOf('-->')
      hidden = over < 0 ? '!--' : undefined
      if (!hidden) text += spaced(piece.slice(over + 3))
      continue
    }
    const [, close = '', name = ''] = /^(\/?)([a-z][a-z0-9]*)/i.exec(piece)?.map((word) => word.toLowerCase()) ?? []
    if (hidden) {
      if (!close || name !== hidden) continue
      hidden = undefined
    } else if (name === '' && !piece.startsWith('!') && !piece.startsWith('/')) {
      // A sign of its own, such as in "2 < 3".
      text += `<${spaced(piece)}`
      continue
    } else if (unseen.has(name) && !close) {
      hidden = name
      continue
    }
    if (name === 'a' && !close) link = { url: addressIn(piece.slice(0, end)), from: text.length }
    if (name === 'a' && close && link) {
      const { url, from } = link
      if (/^https?:/i.test(url) && !decoded(text.slice(from)).includes(decoded(url))) text += ` (${url})`
      link = undefined
    }
    if (name === 'br' || blocks.has(name)) text += '\n'
    if (paragraphs.has(name)) text += '\n'
    if (name === 'li' && !close) text += '- '
    if (name === 'td' && close) text += ' '
    text += rest
  }
  return decoded(text)
    .replaceAll(/[^\S\n]*\n[^\S\n]*/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
}

const unseen = new Set(['head', 'script', 'style', 'template', 'title'])
const paragraphs = new Set(['blockquote', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ol', 'p', 'table', 'ul'])
const blocks = new Set([...paragraphs, 'article', 'div', 'footer', 'header', 'hr', 'li', 'section', 'tr'])

const spaced = (text: string): string => text.replaceAll(/\s+/g, ' ')

function addressIn(tag: string): string {
  const [, double, single] = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag) ?? []
  return (double ?? single ?? '').trim()
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
