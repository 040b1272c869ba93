import { badRequest } from './refusal.ts'
import type { Params } from './validate.ts'

interface EntityLike {
  offset: number
  length: number
}
interface ButtonLike {
  text: string
  callback_data?: string
  url?: string
  request_contact?: boolean
  request_location?: boolean
}

/** What the vendor's server refuses although the types allow it (core.telegram.org/bots/api). */
export function checkLimits(method: string, params: Params): void {
  if (typeof params.text === 'string' && /^(send|edit)/.test(method)) {
    checkText(params.text, params.entities, 4096, 'message text is empty', 'message is too long')
  }
  checkCaption(params)
  for (const item of Array.isArray(params.media) ? params.media : []) checkCaption(item as Params)
  if (method === 'sendMediaGroup') checkAlbum(params.media)
  if (params.reply_markup !== undefined) checkMarkup(params.reply_markup as Params, params.chat_id)
  checkPlace(params)
}

function checkCaption(holder: Params): void {
  if (typeof holder.caption !== 'string') return
  checkText(holder.caption, holder.caption_entities, 1024, undefined, 'message caption is too long')
}

/** Lengths and offsets count UTF-16 code units. */
function checkText(text: string, entities: unknown, limit: number, empty: string | undefined, long: string): void {
  if (empty !== undefined && text.trim() === '') throw badRequest(empty)
  if (text.length > limit) throw badRequest(long)
  for (const { offset, length } of (entities ?? []) as EntityLike[]) {
    const end = offset + length
    if (offset < 0 || length < 1 || end > text.length) throw badRequest('ENTITY_BOUNDS_INVALID')
    if (splitsPair(text, offset) || splitsPair(text, end)) throw badRequest('ENTITY_BOUNDS_INVALID')
  }
}

function splitsPair(text: string, index: number): boolean {
  return /[\uD800-\uDBFF]/.test(text[index - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[index] ?? '')
}

function checkAlbum(media: unknown): void {
  const items = (media ?? []) as { type: string }[]
  if (items.length < 2 || items.length > 10) throw badRequest('group send failed: an album has 2 to 10 items')
  const kinds = new Set(items.map((item) => (/photo|video/.test(item.type) ? 'visual' : item.type)))
  if (kinds.size > 1) throw badRequest(`media of types ${[...kinds].join(' and ')} can't be mixed in one album`)
}

function checkMarkup(markup: Params, chatId: unknown): void {
  for (const button of ((markup.inline_keyboard ?? []) as ButtonLike[][]).flat()) {
    if (button.text === '') throw badRequest('inline keyboard button text is empty')
    const size = button.callback_data === undefined ? 1 : Buffer.byteLength(button.callback_data)
    if (size < 1 || size > 64) throw badRequest('BUTTON_DATA_INVALID')
    if (button.url !== undefined && !/^(https?|tg):\/\/[^\s]+$/.test(button.url)) {
      throw badRequest(`inline keyboard button URL '${button.url}' is invalid: Wrong HTTP URL`)
    }
  }
  for (const button of ((markup.keyboard ?? []) as ButtonLike[][]).flat()) {
    if (!(Number(chatId) < 0)) continue
    if (button.request_contact) throw badRequest('phone number can be requested in private chats only')
    if (button.request_location) throw badRequest('location can be requested in private chats only')
  }
}

function checkPlace({ latitude, longitude }: Params): void {
  if (latitude !== undefined && Math.abs(Number(latitude)) > 90) throw badRequest('bad latitude specified')
  if (longitude !== undefined && Math.abs(Number(longitude)) > 180) throw badRequest('bad longitude specified')
}
