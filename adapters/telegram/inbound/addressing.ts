import type { Message, MessageEntity, Update } from 'grammy/types'
import type { BotIdentity } from '../bot-identity.ts'

/** A command at the beginning of a message. */
export interface Command {
  name: string
  argument: string
}

/**
 * Whether a message in a group means the bot: it replies to the bot, mentions it by its whole username or its id, or
 * carries a command with the bot's name. What Telegram filters by privacy mode plays no part: an admin bot gets all.
 *
 * A bare command (`/price` without a name) means no bot in particular where several are, so it does not address us;
 * it keeps its `command`, and whoever wants to act on it can.
 */
export function addressesBot(message: Message, bot: BotIdentity): boolean {
  return repliesToBot(message, bot) || entitiesOf(message).some(({ text, entity }) => meansBot(text, entity, bot))
}

/** Every message of a forum topic carries the topic's creation as what it replies to, also when the bot created it. */
function repliesToBot({ reply_to_message: replied }: Message, bot: BotIdentity): boolean {
  return replied !== undefined && replied.from?.id === bot.id && replied.forum_topic_created === undefined
}

function meansBot(text: string, entity: MessageEntity, bot: BotIdentity): boolean {
  if (entity.type === 'text_mention') return entity.user.id === bot.id
  if (bot.username === undefined) return false
  const name = `@${bot.username.toLowerCase()}`
  if (entity.type === 'mention') return text.toLowerCase() === name
  return entity.type === 'bot_command' && text.slice(text.indexOf('@')).toLowerCase() === name
}

/** Whether an update calls somebody by username, so that ours must be known to tell who is meant. */
export function namesSomebody(update: Update): boolean {
  const message = update.message ?? update.channel_post
  const named = /^(mention|bot_command)$/
  return (
    message !== undefined &&
    entitiesOf(message).some(({ text, entity }) => named.test(entity.type) && text.includes('@'))
  )
}

/** The command that a message begins with, unless it is for another bot. Forwarders of updates may leave entities out. */
export function commandOf(message: Message, bot: BotIdentity): Command | undefined {
  const text = textOf(message)
  const [whole = '', name = '', named] = /^\/(\w{1,32})(?:@(\w+))?(?!\S)/.exec(text) ?? []
  const entity = (message.entities ?? message.caption_entities)?.find(({ offset }) => offset === 0)
  if (whole === '' || (entity !== undefined && entity.type !== 'bot_command')) return undefined
  const isOurs = named === undefined || bot.username === undefined || named.toLowerCase() === bot.username.toLowerCase()
  return isOurs ? { name, argument: text.slice(whole.length).trim() } : undefined
}

export function textOf(message: Message): string {
  return message.text ?? message.caption ?? ''
}

/** The entities of the text or the caption with the text that each covers. */
function entitiesOf(message: Message): { text: string; entity: MessageEntity }[] {
  const text = textOf(message)
  return (message.entities ?? message.caption_entities ?? []).map((entity) => ({
    text: text.slice(entity.offset, entity.offset + entity.length),
    entity,
  }))
}
