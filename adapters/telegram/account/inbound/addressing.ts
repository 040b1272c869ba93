import type { tl } from '@mtcute/core'
import type { Peers } from './peers.ts'

/**
 * Whether a message in a group means our account: Telegram marks a mention of us and a reply to us, and we look for our
 * names ourselves, as whole mentions only. Every message of a forum topic poses as a reply to the topic's beginning: when we made the
 * topic, that alone means nobody.
 */
export function addressesUs(message: tl.RawMessage, { self }: Peers): boolean {
  if (namesUs(message, self)) return true
  return message.mentioned === true && !repliesToTopicOnly(message.replyTo)
}

function namesUs({ message: text, entities = [] }: tl.RawMessage, self: Peers['self']): boolean {
  const names = self.usernames.map((name) => `@${name.toLowerCase()}`)
  return entities.some((entity) => {
    if (entity._ === 'messageEntityMentionName') return entity.userId === self.id
    const covered = text.slice(entity.offset, entity.offset + entity.length).toLowerCase()
    if (entity._ === 'messageEntityMention') return names.includes(covered)
    return entity._ === 'messageEntityBotCommand' && names.includes(covered.slice(covered.indexOf('@')))
  })
}

function repliesToTopicOnly(reply: tl.TypeMessageReplyHeader | undefined): boolean {
  return reply?._ === 'messageReplyHeader' && reply.forumTopic === true && reply.replyToTopId === undefined
}

/** The topic of a forum that a message stands in; the first, general topic is the group itself. */
export function topicOf(reply: tl.TypeMessageReplyHeader | undefined): number | undefined {
  if (reply?._ !== 'messageReplyHeader' || !reply.forumTopic) return undefined
  return reply.replyToTopId ?? reply.replyToMsgId
}

/** The number of the message in the same chat that is replied to. */
export function repliedTo(reply: tl.TypeMessageReplyHeader | undefined): number | undefined {
  if (reply?._ !== 'messageReplyHeader' || reply.replyToPeerId !== undefined || repliesToTopicOnly(reply))
    return undefined
  return reply.replyToMsgId
}

/** The command that a message begins with, `/start`; one with a name only where it is ours. */
export function commandOf(text: string, { self }: Peers): { name: string; argument: string } | undefined {
  const [whole = '', name = '', named] = /^\/(\w{1,32})(?:@(\w+))?(?!\S)/.exec(text) ?? []
  if (whole === '') return undefined
  const isOurs = named === undefined || self.usernames.some((own) => own.toLowerCase() === named.toLowerCase())
  return isOurs ? { name, argument: text.slice(whole.length).trim() } : undefined
}
