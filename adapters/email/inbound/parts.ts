import type { ChannelFiles } from '../../../src/conversations/channel-tools.ts'
import type { EmailPart, MediaKind, MediaPart, Part } from '../../../src/conversations/message.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { isPassedOn } from '../threads/subject.ts'
import { freshText, wholeText } from './fresh-text.ts'
import { htmlToText } from './html-text.ts'
import type { Attachment, Letter } from './letter.ts'

/** What a letter says: its shown text, and the parts that hold the rest of it. */
export interface LetterContent {
  text: string
  parts: Part[]
}

/** The most of a letter's text and HTML that is kept, in characters: what an e-mail part may hold. */
const maxKept = 1_000_000
const maxFiles = 50

/**
 * Reads what a letter says and keeps its files. Plain text goes before HTML; a letter without any text is shown by its subject. In
 * the kept HTML `cid:` addresses of pictures are `kept:` and the name of the kept file.
 */
export async function letterContent(letter: Letter, files: ChannelFiles, maxBytes: number): Promise<LetterContent> {
  const { shown, source } = textsOf(letter)
  const { parts, kept } = await keepAttachments(letter, files, maxBytes)
  const html = letter.html?.replaceAll(/\bcid:([^'"\s)>]{1,500})/gi, (whole, cid: string) =>
    kept.has(cid) ? `kept:${kept.get(cid)}` : whole,
  )
  const email: EmailPart = {
    type: 'email',
    subject: letter.subject,
    ...(html !== undefined && { html: html.slice(0, maxKept) }),
    ...(source !== '' && { source: source.slice(0, maxKept) }),
    ...(letter.to.length > 0 && { to: letter.to.map(({ address }) => address) }),
    ...(letter.cc.length > 0 && { cc: letter.cc.map(({ address }) => address) }),
  }
  return { text: shown || letter.subject, parts: [email, ...parts] }
}

function textsOf(letter: Letter): { shown: string; source: string } {
  const show = isPassedOn(letter.subject) ? wholeText : freshText
  const plain = letter.text ?? ''
  if (plain.trim() !== '') return { shown: show(plain), source: plain }
  if (letter.html === undefined) return { shown: '', source: '' }
  const { whole, fresh } = htmlToText(letter.html)
  return { shown: show(show === wholeText ? whole : fresh || whole), source: whole }
}

async function keepAttachments(letter: Letter, files: ChannelFiles, maxBytes: number) {
  const parts: Part[] = []
  const kept = new Map<string, string>()
  const whole = letter.cut ? letter.attachments.slice(0, -1) : letter.attachments
  for (const attachment of whole.slice(0, maxFiles)) {
    const part = await keepAttachment(attachment, files, maxBytes)
    parts.push(part)
    if (attachment.cid && part.type === 'media' && 'kept' in part.file) kept.set(attachment.cid, part.file.kept)
  }
  if (whole.length > maxFiles) parts.push(unsupported(`${whole.length - maxFiles} more attachments`))
  if (letter.cut) parts.push(unsupported('the end of a letter that is too long'))
  return { parts, kept }
}

async function keepAttachment(attachment: Attachment, files: ChannelFiles, maxBytes: number): Promise<Part> {
  const { content, mime: told } = attachment
  const name = attachment.name ?? nameOf(told)
  try {
    const { kept, size, mime } = await files.keep(content, { mime: told, maxBytes })
    const part: MediaPart = { type: 'media', media: mediaOf(mime), file: { kept }, mime, size }
    return name === undefined ? part : { ...part, name }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'too_large') throw error
    return unsupported(`the attachment ${name ?? told}: its ${content.byteLength} bytes are more than ${maxBytes}`)
  }
}

function unsupported(what: string): Part {
  return { type: 'unsupported', what }
}

function nameOf(mime: string): string | undefined {
  if (mime === 'message/rfc822') return 'letter.eml'
  return mime === 'text/calendar' ? 'invitation.ics' : undefined
}

/** An SVG can run programs in a browser: it is a document like any other. */
function mediaOf(mime: string): MediaKind {
  if (mime.startsWith('image/') && mime !== 'image/svg+xml') return 'image'
  if (mime.startsWith('audio/')) return 'audio'
  return mime.startsWith('video/') ? 'video' : 'document'
}
