import type { Chat, Message, Update, User } from 'grammy/types'
import type { WorkEvent } from '../../../src/conversations/event.ts'
import type { OperatorDesk } from '../../../src/conversations/operator-desk.ts'
import type { BotIdentity } from '../bot-identity.ts'
import { commandOf } from '../inbound/addressing.ts'
import type { TelegramSettings } from '../settings.ts'

/** Whose update it is: a customer's, the team's (with what is to be done about it, if anything). */
export type Addressee = { of: 'customer' } | { of: 'team'; event: WorkEvent | undefined }

/** Commands by which somebody who is not linked yet turns to the desk. */
const doors: ReadonlySet<string> = new Set(['link', 'desk'])

/**
 * Tells what belongs to the team: everything in its group, what operators write to the bot in private, and what asks to be
 * linked. All the rest is the customers'.
 */
export async function addresseeOf(
  update: Update,
  { bot, settings, desk, now }: { bot: BotIdentity; settings: TelegramSettings; desk: OperatorDesk; now: Date },
): Promise<Addressee> {
  if (!hasDesk(settings)) return { of: 'customer' }
  const chat = chatOf(update)
  const from = fromOf(update)
  const message = update.message ?? update.edited_message ?? update.callback_query?.message
  const event = () => deskEvent(update, chat!, message, now)
  if (chat && String(chat.id) === settings.teamGroup) {
    const isSaid = update.message ?? update.edited_message ?? update.callback_query
    return { of: 'team', event: isSaid && from?.id !== bot.id ? event() : undefined }
  }
  if (chat?.type !== 'private' || !from || !message) return { of: 'customer' }
  const isTeams =
    asksToBeLinked(update.message, bot) || (await desk.knows({ kind: 'telegram', value: String(from.id) }))
  return isTeams ? { of: 'team', event: event() } : { of: 'customer' }
}

/** Whether managers work through this bot. */
export function hasDesk({ desk, teamGroup }: Pick<TelegramSettings, 'desk' | 'teamGroup'>): boolean {
  return desk === true || teamGroup !== undefined
}

/** The code in `/link CODE` or the deep link `t.me/bot?start=link_CODE`; empty where one is missing. */
export function linkCodeOf(message: Message, bot: BotIdentity): string | undefined {
  const command = commandOf(message, bot)
  if (command?.name === 'link') return command.argument
  return command?.name === 'start' ? /^link_(.+)$/.exec(command.argument)?.[1] : undefined
}

function asksToBeLinked(message: Message | undefined, bot: BotIdentity): boolean {
  if (!message) return false
  return linkCodeOf(message, bot) !== undefined || doors.has(commandOf(message, bot)?.name ?? '')
}

function deskEvent(update: Update, chat: Chat, message: { date: number } | undefined, now: Date): WorkEvent {
  const topic = topicOf(update)
  return {
    kind: 'work',
    externalId: `update:${update.update_id}`,
    thread: {
      id: `desk/${chat.id}${topic === undefined ? '' : `/${topic}`}`,
      kind: chat.type === 'private' ? 'direct' : 'group',
    },
    at: update.message && message?.date ? new Date(message.date * 1000).toISOString() : now.toISOString(),
    data: update,
  }
}

/** The forum topic in which an update happened. */
export function topicOf(update: Update): number | undefined {
  const message = update.message ?? update.edited_message ?? update.callback_query?.message
  if (!message || !('is_topic_message' in message)) return undefined
  return message.is_topic_message ? message.message_thread_id : undefined
}

function chatOf(update: Update): Chat | undefined {
  for (const content of Object.values(update)) {
    if (typeof content !== 'object' || content === null) continue
    const holder = 'message' in content ? content.message : content
    if (typeof holder === 'object' && holder !== null && 'chat' in holder) return holder.chat as Chat
  }
  return undefined
}

function fromOf({ message, edited_message, callback_query }: Update): User | undefined {
  return (message ?? edited_message ?? callback_query)?.from
}
