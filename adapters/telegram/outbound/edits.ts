import type { ChannelFiles } from '../../../src/conversations/channel-tools.ts'
import type { Content } from '../../../src/conversations/message.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { entitiesFor } from '../entities.ts'
import { captionLimit, type OutboundCall, textLimit } from './calls.ts'
import { keyboardOf } from './keyboard.ts'
import { albumItem } from './media.ts'

/** The calls of which the first that suits the message changes it. Pure. */
export function editsOf(
  place: { chat_id: number; message_id: number },
  { text, entities: given, parts = [] }: Content,
  files: ChannelFiles,
): OutboundCall[] {
  const rows = parts.flatMap((part) => (part.type === 'buttons' ? part.rows : []))
  const keyboard = keyboardOf(rows)
  const base = { ...place, ...(rows.length > 0 && 'inline_keyboard' in keyboard ? { reply_markup: keyboard } : {}) }
  const entities = entitiesFor(text, given)
  const media = parts.find((part) => part.type === 'media')
  if (media !== undefined) {
    checkLength(text, captionLimit)
    const item = { ...albumItem(media, files), caption: text, caption_entities: entities }
    return [{ method: 'editMessageMedia', params: { ...base, media: item } }]
  }
  if (text === '') return [{ method: 'editMessageReplyMarkup', params: base }]
  checkLength(text, textLimit)
  return [
    { method: 'editMessageText', params: { ...base, text, entities } },
    { method: 'editMessageCaption', params: { ...base, caption: text, caption_entities: entities } },
  ]
}

function checkLength(text: string, limit: number): void {
  if (text.length <= limit) return
  throw new AppError('invalid', `The new text has ${text.length} characters: expected at most ${limit} in an edit.`)
}
