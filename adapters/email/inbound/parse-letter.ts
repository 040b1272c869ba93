import { type AddressObject, type HeaderLines, type ParsedMail, simpleParser } from 'mailparser'
import addressparser from 'nodemailer/lib/addressparser'
import type { Correspondent, Letter } from './letter.ts'

/** The most that is read of one letter, in bytes. */
export const maxLetterBytes = 64 * 1024 * 1024
const maxPeople = 100
const maxIds = 50

/** What mailparser passes on to the splitter of its parts, beyond what its types know. */
const options = {
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  keepCidLinks: true,
  keepDeliveryStatus: true,
  maxHeadSize: 512 * 1024,
  maxChildNodes: 500,
}

/** Reads a letter. Throws when it has more parts or a longer head than any letter needs. */
export async function parseLetter(source: Uint8Array, cut = false): Promise<Letter> {
  const mail = await simpleParser(Buffer.from(source.buffer, source.byteOffset, source.byteLength), options)
  const headers = headersOf(mail.headerLines ?? [])
  const people = (name: string, header: AddressObject | AddressObject[] | undefined) =>
    peopleOf(header, headers.get(name) ?? '')
  const [from] = people('from', mail.from)
  const [replyTo] = people('reply-to', mail.replyTo)
  const messageId = ownIdOf(headers.get('message-id'))
  const date = readDate(mail.date)
  return {
    headers,
    contentType: contentTypeOf(headers.get('content-type')),
    ...(messageId !== undefined && { messageId }),
    inReplyTo: idsOf(headers.get('in-reply-to')),
    references: idsOf(headers.get('references')),
    ...(from && { from }),
    ...(replyTo && { replyTo }),
    to: people('to', mail.to),
    cc: people('cc', mail.cc),
    subject: clean(mail.subject ?? '').slice(0, 998),
    ...(date && { date }),
    ...(mail.text !== undefined && { text: mail.text }),
    ...(typeof mail.html === 'string' && { html: mail.html }),
    attachments: mail.attachments.map(readAttachment),
    cut,
  }
}

function readAttachment(attachment: ParsedMail['attachments'][number]): Letter['attachments'][number] {
  const { filename, contentType, content, cid, related, contentDisposition } = attachment
  const name = filename === undefined ? undefined : clean(filename).slice(0, 255)
  return {
    ...(name && { name }),
    mime: contentType.toLowerCase(),
    content,
    ...(cid && { cid }),
    inline: related === true || (contentDisposition === 'inline' && Boolean(cid)),
  }
}

function headersOf(lines: HeaderLines): Map<string, string> {
  const headers = new Map<string, string>()
  for (const { key, line } of lines) {
    if (headers.has(key)) continue
    const value = line.slice(line.indexOf(':') + 1).replaceAll(/\r?\n[ \t]+/g, ' ')
    headers.set(key, value.trim())
  }
  return headers
}

function contentTypeOf(value: string | undefined): string {
  return (value ?? 'text/plain').split(';')[0]!.trim().toLowerCase()
}

/** Message-IDs in a header. */
function idsOf(value: string | undefined): string[] {
  const ids = value?.match(/<[^<>\s]{1,900}>/g) ?? []
  return ids.length > maxIds ? [ids[0]!, ...ids.slice(1 - maxIds)] : ids
}

/** The letter's own; a program that leaves the brackets away is understood. */
function ownIdOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  return idsOf(value)[0] ?? (/^[^<>\s]{1,900}@[^<>\s]{1,255}$/.test(value) ? `<${value}>` : undefined)
}

const isAddress = (text: string) => text.length <= 320 && /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+$/.test(text)

/** The people of a header. Where the parser stumbles over comments within one another, they are taken out first. */
function peopleOf(header: AddressObject | AddressObject[] | undefined, raw: string): Correspondent[] {
  const values = [header ?? []].flat().flatMap(({ value }) => value)
  const people = values.flatMap((value) => value.group ?? value)
  const misread = people.some(({ address }) => address && !isAddress(address.trim()))
  const read = misread && raw.includes('(') ? addressparser(withoutComments(raw), { flatten: true }) : people
  return read.slice(0, maxPeople).flatMap(({ name = '', address = '' }) => {
    const lower = address.trim().toLowerCase()
    if (!isAddress(lower)) return []
    const called = clean(name).slice(0, 200)
    return [{ ...(called !== '' && called.toLowerCase() !== lower && { name: called }), address: lower }]
  })
}

/** A header without its comments (RFC 5322, 3.2.2), which may stand within one another and hold escaped brackets. */
function withoutComments(raw: string): string {
  let kept = ''
  let depth = 0
  let quoted = false
  for (let index = 0; index < raw.length; index++) {
    const sign = raw[index]!
    if (sign === '\\') {
      if (depth === 0) kept += raw.slice(index, index + 2)
      index++
    } else if (sign === '"' && depth === 0) {
      quoted = !quoted
      kept += sign
    } else if (sign === '(' && !quoted) depth++
    else if (sign === ')' && !quoted && depth > 0) depth--
    else if (depth === 0) kept += sign
  }
  return kept
}

/** On one line and without what no text may hold. */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim()
}

function readDate(date: Date | undefined): Date | undefined {
  return date instanceof Date && Number.isFinite(date.getTime()) ? date : undefined
}
