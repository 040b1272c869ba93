import type { InlineKeyboardMarkup, ReplyKeyboardMarkup } from 'grammy/types'
import type { Button } from '../../../src/conversations/message.ts'

/** Bytes of `callback_data` (core.telegram.org/bots/api#inlinekeyboardbutton). */
const dataLimit = 64

/**
 * The keyboard for rows of buttons. Asking for phone or place needs a keyboard in place of the person's own, which
 * Telegram allows in private chats only and which cannot carry values: choices in it answer with their label.
 */
export function keyboardOf(rows: Button[][]): InlineKeyboardMarkup | ReplyKeyboardMarkup {
  return rows.flat().some((button) => button.request !== undefined) ? replyKeyboard(rows) : inlineKeyboard(rows)
}

function inlineKeyboard(rows: Button[][]): InlineKeyboardMarkup {
  let index = 0
  return {
    inline_keyboard: rows.map((row) =>
      row.map(({ label, value = label, url }) => {
        index += 1
        return url === undefined ? { text: label, callback_data: dataOf(value, index) } : { text: label, url }
      }),
    ),
  }
}

/**
 * A value too long for a button stays with us: the button carries its place, `#3`, and the answer is told by the label
 * in the keyboard that comes back with the press.
 */
function dataOf(value: string, index: number): string {
  const fits = value !== '' && Buffer.byteLength(value) <= dataLimit && !isPlaceholder(value)
  return fits ? value : `#${index}`
}

/** Whether a button's data only names its place. */
export function isPlaceholder(data: string): boolean {
  return /^#\d+$/.test(data)
}

function replyKeyboard(rows: Button[][]): ReplyKeyboardMarkup {
  return {
    resize_keyboard: true,
    one_time_keyboard: true,
    keyboard: rows.map((row) =>
      row.map(({ label, request }) => {
        if (request === 'phone') return { text: label, request_contact: true }
        return request === 'location' ? { text: label, request_location: true } : { text: label }
      }),
    ),
  }
}
