import type { Content, Entity, MediaPart, OutboundPart } from '../../../../src/conversations/message.ts'
import { markText } from '../../markup.ts'
import { type Choices, choicesOf } from './choices.ts'
import { markedPieces } from './marked-pieces.ts'
import type { ReadyFile } from './media.ts'

/** UTF-16 code units of a text message, of what stands under media, and over buttons; a list lets text be as long as a message. */
export const textLimit = 4096
export const captionLimit = 1024
const bodyLimits = { button: 1024, cta_url: 1024, list: 4096 }

/** What stands over buttons that have no text of their own. */
const pointer = '👇'

/** One message as the vendor wants it, without its addressee: its type, and under that name its content. */
export interface CloudMessage {
  type: string
  [content: string]: unknown
}

export interface MessageTools {
  /** What became of each file. */
  file(part: MediaPart): ReadyFile
  listButton: string
}

/**
 * The messages that a content takes: one for what goes together (a text; media with a caption; a place; a card; a text with
 * its buttons), several for the rest. The reply stands at the first one. Pure.
 */
export function messagesOf(content: Content, tools: MessageTools): CloudMessage[] {
  const parts = content.parts ?? []
  const rows = parts.flatMap((part) => (part.type === 'buttons' ? part.rows : []))
  const choices: Choices = rows.length > 0 ? choicesOf(rows, tools.listButton) : { lines: [] }
  const text = [content.text, ...choices.lines].filter((line) => line !== '').join('\n')
  const media = parts.filter((part) => part.type === 'media')
  const messages = choices.interactive
    ? interactiveMessages(text, content.entities, media, choices.interactive, tools)
    : mediaMessages(text, content.entities, media, tools)
  messages.push(...parts.flatMap(partMessages))
  const [first] = messages
  if (first && content.replyToExternalId !== undefined) first.context = { message_id: content.replyToExternalId }
  return messages
}

/** The first file takes the text as its caption, where it can. */
function mediaMessages(
  text: string,
  entities: Entity[] | undefined,
  media: MediaPart[],
  tools: MessageTools,
): CloudMessage[] {
  const caption = markText(text, entities).text
  const [first] = media
  const captioned =
    first !== undefined && text !== '' && caption.length <= captionLimit && takesCaption(tools.file(first).type)
  const messages = media.map((part, index) => mediaMessage(part, captioned && index === 0 ? caption : '', tools))
  return captioned ? messages : [...messages, ...textMessages(text, entities)]
}

function interactiveMessages(
  text: string,
  entities: Entity[] | undefined,
  media: MediaPart[],
  { type, action }: NonNullable<Choices['interactive']>,
  tools: MessageTools,
): CloudMessage[] {
  const body = markText(text, entities).text
  const fits = body.trim() !== '' && body.length <= bodyLimits[type]
  const [only] = media
  const heading = only && media.length === 1 && type !== 'list' && isHeading(tools.file(only).type) ? only : undefined
  const before = heading ? [] : media.map((part) => mediaMessage(part, '', tools))
  return [
    ...before,
    ...(fits ? [] : textMessages(text, entities)),
    {
      type: 'interactive',
      interactive: {
        type,
        ...(heading && { header: headingOf(heading, tools) }),
        body: { text: fits ? body : pointer },
        action,
      },
    },
  ]
}

function textMessages(text: string, entities: Entity[] | undefined): CloudMessage[] {
  return markedPieces(text, entities, textLimit).map((body) => ({
    type: 'text',
    text: { body, ...(/https?:\/\//i.test(body) && { preview_url: true }) },
  }))
}

function mediaMessage(part: MediaPart, caption: string, tools: MessageTools): CloudMessage {
  const { type, ref, voice } = tools.file(part)
  return {
    type,
    [type]: {
      ...ref,
      ...(caption !== '' && { caption }),
      ...(type === 'document' && part.name && { filename: part.name }),
      ...(voice && { voice: true }),
    },
  }
}

function headingOf(part: MediaPart, tools: MessageTools): Record<string, unknown> {
  const { type, ref } = tools.file(part)
  return { type, [type]: { ...ref, ...(type === 'document' && part.name && { filename: part.name }) } }
}

function takesCaption(type: ReadyFile['type']): boolean {
  return type === 'image' || type === 'video' || type === 'document'
}

const isHeading = takesCaption

function partMessages(part: OutboundPart): CloudMessage[] {
  if (part.type === 'location') {
    const { latitude, longitude, title, address } = part
    return [
      {
        type: 'location',
        location: { latitude, longitude, ...(title && { name: title }), ...(address && { address }) },
      },
    ]
  }
  if (part.type !== 'contact') return []
  const { name, phone, email, identity } = part
  const [first_name = name] = name.split(' ')
  const wa_id = identity?.kind === 'whatsapp' ? identity.value : undefined
  const card = {
    name: { formatted_name: name, first_name },
    ...(phone && { phones: [{ phone, type: 'CELL', ...(wa_id && { wa_id }) }] }),
    ...(email && { emails: [{ email, type: 'WORK' }] }),
  }
  return [{ type: 'contacts', contacts: [card] }]
}
