import type { CallbackQuery } from 'grammy/types'
import type { MessageEvent } from '../../../src/conversations/event.ts'
import type { AnswerPart } from '../../../src/conversations/message.ts'
import { isPlaceholder } from '../outbound/keyboard.ts'
import { chatThread, messageExternalId, threadOf } from '../thread.ts'
import { personOfUser } from './person.ts'

/**
 * A pressed button as an answer. Its message may be too old for Telegram to show, then only its number is known.
 * Undefined for a button of an inline message, which stands in no chat of ours, and for games.
 */
export function callbackEvent(query: CallbackQuery, externalId: string, now: Date): MessageEvent | undefined {
  const { message, data } = query
  if (message === undefined || data === undefined) return undefined
  const label = labelOf(query)
  const messageId = messageExternalId(message.chat.id, message.message_id)
  // A value that was too long for the button is found again by its label.
  const value = isPlaceholder(data) && label !== undefined ? label : data
  const answer: AnswerPart = {
    type: 'answer',
    value,
    ...(label === undefined ? {} : { label }),
    messageExternalId: messageId,
  }
  return {
    kind: 'message',
    externalId,
    thread: message.date === 0 ? chatThread(message.chat) : threadOf(message),
    // A press has no time of its own.
    at: now.toISOString(),
    sender: personOfUser(query.from),
    message: {
      externalId: `callback:${query.id}`,
      // What is said stands in the answer; whoever needs words takes its label or value.
      text: '',
      parts: [answer],
      replyToExternalId: messageId,
      addressesBot: true,
    },
  }
}

function labelOf({ message, data }: CallbackQuery): string | undefined {
  if (message === undefined || !('reply_markup' in message)) return undefined
  const buttons = message.reply_markup?.inline_keyboard.flat() ?? []
  return buttons.find((button) => 'callback_data' in button && button.callback_data === data)?.text
}
