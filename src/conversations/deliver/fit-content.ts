import type { Capabilities } from '../channel.ts'
import type { Button, Content, EmailPart, Entity, MediaPart, OutboundPart, TemplatePart } from '../message.ts'
import { splitText } from './split-text.ts'

type LocationPart = Extract<OutboundPart, { type: 'location' }>
type ContactPart = Extract<OutboundPart, { type: 'contact' }>
type Rows = Button[][]

/**
 * Turns what shall be said into messages that a channel can send: what it lacks becomes text (numbered choices, links,
 * places as map links, cards as lines), text that is too long is cut, and each message is one thing: text, media with
 * a caption, a place, or a card. Buttons stand under the text, the reply is that of the first message.
 */
export function fitContent(content: Content, capabilities: Capabilities): Content[] {
  const parts = sortParts(content.parts ?? [], capabilities)
  const rows = parts.rows.length > 0 ? parts.rows : undefined
  const plain = capabilities.text.formatting ? undefined : spellLinks(content.text, content.entities ?? [])
  const text = [plain ?? content.text, ...parts.lines].filter((line) => line !== '').join('\n')
  const template = parts.whole.find((part) => part.type === 'template')
  // What fills a template's gaps stands in it; the text only tells us what it reads as.
  if (template) return [{ text: content.text, parts: [template] }]
  if (capabilities.email) return [oneLetter(content, text, parts, plain === undefined)]
  const messages = withText(text, plain === undefined ? content.entities : undefined, parts.media, rows, capabilities)
  for (const part of [...parts.places, ...parts.cards]) messages.push({ text: '', parts: [part] })
  const [first] = messages
  if (first === undefined) return []
  // Only buttons, and nothing to put them under but a place or a card.
  if (rows !== undefined && !messages.some(hasButtons))
    first.parts = [...(first.parts ?? []), { type: 'buttons', rows }]
  if (capabilities.reply && content.replyToExternalId !== undefined) {
    first.replyToExternalId = content.replyToExternalId
  }
  return messages
}

/** An e-mail is one thing, whatever it holds. */
function oneLetter(content: Content, text: string, parts: SortedParts, formatted: boolean): Content {
  const held: OutboundPart[] = [...parts.whole, ...parts.media, ...parts.places, ...parts.cards]
  return {
    ...contentOf(text, formatted ? content.entities : undefined, held),
    ...(content.replyToExternalId !== undefined && { replyToExternalId: content.replyToExternalId }),
  }
}

/**
 * The choice that a text names: its value, its label (upper and lower case alike), or the number that it has in
 * numbered text (`2`, `2.`, `2)`). Buttons that open an address or ask for phone or place are no choices.
 */
export function matchAnswer(rows: Rows, text: string): { value: string; label: string } | undefined {
  const choices = rows.flat().filter(isChoice)
  const said = text.trim()
  const lower = said.toLowerCase()
  const number = /^(\d+)[.)]?$/.exec(said)?.[1]
  const found =
    choices.find((button) => button.value === said) ??
    choices.find((button) => button.label.trim().toLowerCase() === lower) ??
    (number === undefined ? undefined : choices[Number(number) - 1])
  return found && { value: found.value ?? found.label, label: found.label }
}

function isChoice(button: Button): boolean {
  return button.url === undefined && button.request === undefined
}

function hasButtons(message: Content): boolean {
  return message.parts?.some((part) => part.type === 'buttons') ?? false
}

interface SortedParts {
  media: MediaPart[]
  places: LocationPart[]
  cards: ContactPart[]
  rows: Rows
  /** What belongs to the message as a whole: its template, its subject. */
  whole: (TemplatePart | EmailPart)[]
  /** What the channel cannot show, as text. */
  lines: string[]
}

function sortParts(parts: readonly OutboundPart[], capabilities: Capabilities): SortedParts {
  const sorted: SortedParts = { media: [], places: [], cards: [], rows: [], whole: [], lines: [] }
  for (const part of parts) {
    if (part.type === 'media') {
      if (capabilities.media.includes(part.media)) sorted.media.push(part)
      else sorted.lines.push(mediaLine(part))
    } else if (part.type === 'location') {
      if (capabilities.location) sorted.places.push(part)
      else sorted.lines.push(placeLine(part))
    } else if (part.type === 'contact') {
      if (capabilities.contactCard) sorted.cards.push(part)
      else sorted.lines.push(cardLine(part))
    } else if (part.type === 'template' || part.type === 'email') {
      // Only a channel that has them knows what to do with these; the text says the same elsewhere.
      if (part.type === 'email' ? capabilities.email : capabilities.templates) sorted.whole.push(part)
    } else {
      const { rows, lines } = fitButtons(part.rows, capabilities)
      sorted.rows.push(...rows)
      sorted.lines.push(...lines)
    }
  }
  return sorted
}

/** Media carry the text as a caption where it is short enough and no buttons hang on several of them. */
function withText(
  text: string,
  entities: readonly Entity[] | undefined,
  media: MediaPart[],
  rows: Rows | undefined,
  { text: { maxLength, captionMaxLength = maxLength } }: Capabilities,
): Content[] {
  const buttons: OutboundPart[] = rows === undefined ? [] : [{ type: 'buttons', rows }]
  const [only, ...others] = media
  if (only !== undefined && text.length <= captionMaxLength && (rows === undefined || others.length === 0)) {
    return [contentOf(text, entities, [...media, ...buttons])]
  }
  const pieces = splitText(text, entities, maxLength)
  const texts = pieces.map((piece, index) =>
    contentOf(piece.text, piece.entities, index === pieces.length - 1 ? buttons : []),
  )
  if (media.length === 0) return texts.length === 0 && rows !== undefined ? [{ text: '', parts: buttons }] : texts
  const withMedia: Content = {
    text: '',
    parts: texts.length === 0 && others.length === 0 ? [...media, ...buttons] : media,
  }
  if (texts.length === 0 && others.length > 0 && rows !== undefined) texts.push({ text: '', parts: buttons })
  return [withMedia, ...texts]
}

function contentOf(text: string, entities: readonly Entity[] | undefined, parts: OutboundPart[]): Content {
  const content: Content = { text }
  if (entities !== undefined && entities.length > 0) content.entities = [...entities]
  if (parts.length > 0) content.parts = parts
  return content
}

/** Buttons that the channel can show, and lines for the others: choices are numbered, addresses spelled. */
function fitButtons(rows: Rows, capabilities: Capabilities): { rows: Rows; lines: string[] } {
  const isShown = (button: Button) =>
    button.request === undefined ? capabilities.buttons : capabilities.requestButtons && capabilities.buttons
  const shown = rows.map((row) => row.filter(isShown)).filter((row) => row.length > 0)
  let number = 0
  const lines = rows.flat().flatMap((button) => {
    if (isShown(button)) return []
    if (button.url !== undefined) return [`${button.label}: ${button.url}`]
    if (button.request !== undefined) return [button.label]
    number += 1
    return [`${number}. ${button.label}`]
  })
  return { rows: shown, lines }
}

/** A file kept by the channel itself has no address to give away: it is only named. */
function mediaLine(part: MediaPart): string {
  if (!('url' in part.file)) return part.name ?? `[${part.media}]`
  return part.name === undefined ? part.file.url : `${part.name}: ${part.file.url}`
}

function placeLine({ title, address, latitude, longitude }: LocationPart): string {
  const link = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`
  return [title, address, link].filter((line) => line !== undefined).join('\n')
}

function cardLine({ name, phone, email }: ContactPart): string {
  return [name, phone, email].filter((word) => word !== undefined && word !== '').join(', ')
}

/** Without formatting a link's address would be lost: it follows its words in brackets. */
function spellLinks(text: string, entities: readonly Entity[]): string {
  const links = entities.filter((entity) => entity.type === 'link' && entity.url !== undefined)
  let spelled = text
  for (const { offset, length, url } of links.toSorted((a, b) => b.offset - a.offset)) {
    const end = offset + length
    if (text.slice(offset, end) !== url) spelled = `${spelled.slice(0, end)} (${url})${spelled.slice(end)}`
  }
  return spelled
}
