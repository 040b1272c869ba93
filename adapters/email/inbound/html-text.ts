import { Parser } from 'htmlparser2'

/** HTML of a letter as text: all of it, and without what mail programs mark as quoted history and signature. */
export interface HtmlText {
  whole: string
  fresh: string
}

/** Longer HTML is read up to here. */
const maxLength = 1_000_000
const chunk = 16_384
const deepest = 2_000

/** Reads HTML of any kind; never throws. What is not shown (styles, hidden preview texts) is left out. */
export function htmlToText(html: string): HtmlText {
  const whole = new Writer()
  const fresh = new Writer()
  /** How deep we are in elements that are not shown, and in quoted ones; `ended` is behind a mark that nothing new follows. */
  let unseen = 0
  let quoted = 0
  let ended = false
  const open: { unseen: boolean; quoted: boolean; name: string; href?: string; wholeAt: number; freshAt: number }[] = []
  const both = (write: (writer: Writer) => void) => {
    if (unseen > 0) return
    write(whole)
    if (quoted === 0 && !ended) write(fresh)
  }
  const parser = new Parser({
    onopentag(name, attributes) {
      const element = {
        name,
        unseen: unseenNames.has(name) || /display:\s*none|mso-hide:\s*all/i.test(attributes.style ?? ''),
        quoted: isQuote(name, attributes),
        wholeAt: whole.length,
        freshAt: fresh.length,
        ...(name === 'a' && attributes.href !== undefined && { href: attributes.href.trim() }),
      }
      open.push(element)
      if (endsFresh(name, attributes)) ended = true
      if (element.unseen) unseen++
      if (element.quoted) quoted++
      if (name === 'br') both((writer) => writer.line())
      else if (name === 'li') both((writer) => writer.block('- '))
      else if (name === 'td' || name === 'th') both((writer) => writer.gap())
      else if (paragraphs.has(name)) both((writer) => writer.paragraph())
      else if (blocks.has(name)) both((writer) => writer.block())
      if (name === 'pre') both((writer) => writer.keepSpace(1))
    },
    ontext: (text) => both((writer) => writer.text(text)),
    onclosetag(name) {
      const element = open.pop()
      if (element?.href !== undefined) {
        const { href, wholeAt, freshAt } = element
        if (unseen === 0) whole.link(href, wholeAt)
        if (unseen === 0 && quoted === 0 && !ended) fresh.link(href, freshAt)
      }
      if (name === 'pre') both((writer) => writer.keepSpace(-1))
      if (paragraphs.has(name)) both((writer) => writer.paragraph())
      else if (blocks.has(name)) both((writer) => writer.block())
      if (element?.unseen) unseen--
      if (element?.quoted) quoted--
    },
  })
  for (let at = 0; at < Math.min(html.length, maxLength); at += chunk) {
    parser.write(html.slice(at, Math.min(at + chunk, maxLength)))
    if (open.length <= deepest) continue
    // Nobody writes so deep; the parser's time grows with the square of the depth.
    both((writer) => writer.text(html.slice(at + chunk, maxLength).replaceAll(/<[^<>]*>/g, ' ')))
    break
  }
  parser.end()
  return { whole: whole.done(), fresh: fresh.done() }
}

type Attributes = Record<string, string>

const unseenNames = new Set(['head', 'style', 'script', 'title', 'template', 'noscript', 'object', 'iframe', 'svg'])
const paragraphs = new Set(['p', 'blockquote', 'ul', 'ol', 'table', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre', 'hr'])
const blocks = new Set([
  ...['div', 'tr', 'section', 'article', 'header', 'footer', 'main', 'address', 'center', 'dl', 'dt', 'dd', 'form'],
  ...['fieldset', 'figure', 'li', 'body', 'html'],
])

/** Classes and ids of what mail programs put around the history or the signature. Outlook on the web writes `x_` before those of others. */
const quoteClasses =
  /(^|\s)(x_)*(gmail_quote|gmail_quote_container|gmail_attr|gmail_signature|gmail_signature_prefix|yahoo_quoted|protonmail_quote|protonmail_signature_block|moz-cite-prefix|moz-signature|tutanota_quote|zmail_extra|OutlookMessageHeader)(\s|$)/
const quoteIds =
  /^(x_)*(OLK_SRC_BODY_SECTION|Signature|AppleMailSignature|ms-outlook-mobile-signature|mail-app-auto-quote|yahoo_quoted_\d+|isReplyContent|qt)$/

function isQuote(name: string, { class: classes = '', id = '', type = '', style = '' }: Attributes): boolean {
  if (quoteClasses.test(classes)) return true
  if (quoteIds.test(id)) return true
  // Apple Mail and Thunderbird say `cite`; Gmail and others draw the bar at the side themselves.
  return name === 'blockquote' && (type === 'cite' || /border-left/i.test(style))
}

/** Outlook puts no element around the history: it marks where that begins. */
function endsFresh(name: string, { id = '', style = '' }: Attributes): boolean {
  if (/^(x_)*(divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|reply-intro|stopSpelling)$/.test(id)) {
    return true
  }
  return name === 'div' && /border:\s*none;\s*border-top:\s*solid\s+#(E1E1E1|B5C4DF)\s+1\.0pt/i.test(style)
}

/** Puts text together as a reader sees it: white space collapsed, lines where blocks begin and end. */
class Writer {
  #pieces: string[] = []
  /** Line breaks that stand before whatever comes next: 0, 1 or 2; breaks that were asked for count on. */
  #breaks = 0
  #space = false
  #kept = 0
  #begun = false
  length = 0

  text(text: string): void {
    if (this.#kept > 0) {
      this.#flush()
      this.#push(text)
      this.#begun = true
      return
    }
    for (const word of text.split(/([ \t\r\n\f]+)/)) {
      if (word === '') continue
      if (/^[ \t\r\n\f]/.test(word)) {
        this.#space = true
        continue
      }
      this.#flush()
      this.#push(word)
      this.#begun = true
    }
  }

  line(): void {
    this.#breaks++
    this.#space = false
  }

  block(mark = ''): void {
    this.#breaks = Math.max(this.#breaks, 1)
    this.#space = false
    if (mark === '') return
    this.#flush()
    this.#push(mark)
  }

  paragraph(): void {
    this.#breaks = Math.max(this.#breaks, 2)
    this.#space = false
  }

  gap(): void {
    this.#space = true
  }

  keepSpace(change: 1 | -1): void {
    this.#kept += change
  }

  /** The address of a link whose words began at `from`, unless they say it already. */
  link(href: string, from: number): void {
    if (!/^https?:\/\/\S+$/i.test(href) || this.length === from) return
    const words = this.#since(from).trim()
    if (words === '' || href.replace(/\/$/, '').endsWith(words.replace(/\/$/, ''))) return
    this.#push(` (${href})`)
  }

  done(): string {
    const lines = this.#pieces.join('').split('\n')
    return lines
      .map((line) => line.trimEnd())
      .join('\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim()
  }

  /** What was written from a place on; only the last pieces are looked at. */
  #since(from: number): string {
    let words = ''
    let at = this.length
    for (let index = this.#pieces.length - 1; index >= 0 && at > from && words.length < 2_000; index--) {
      words = this.#pieces[index]! + words
      at -= this.#pieces[index]!.length
    }
    return words
  }

  #flush(): void {
    if (this.#breaks > 0) {
      if (this.#begun) this.#push('\n'.repeat(Math.min(this.#breaks, 3)))
    } else if (this.#space && this.#begun) this.#push(' ')
    this.#breaks = 0
    this.#space = false
  }

  #push(text: string): void {
    this.#pieces.push(text)
    this.length += text.length
  }
}
