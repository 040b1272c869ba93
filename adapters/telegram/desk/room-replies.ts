import type { Message } from 'grammy/types'
import type { Content, OutboundPart, Part } from '../../../src/conversations/message.ts'
import type { OperatorDesk, RoomMessage } from '../../../src/conversations/operator-desk.ts'
import type { BotIdentity } from '../bot-identity.ts'
import { messageEvents } from '../inbound/message.ts'
import { messageExternalId } from '../thread.ts'
import type { DeskContext } from './desk-context.ts'

/** Files that operators send to customers are kept, so that every channel can send them. */
export type KeepFile = (ref: string, mime: string | undefined) => Promise<{ kept: string }>

/** What the team writes in the topics of its group: words for the customer, or for one another. */
export function roomReplies({ desk, bot, keep }: { desk: OperatorDesk; bot: BotIdentity; keep: KeepFile }) {
  /** Sends what an operator wrote in a topic to the customer, and shows by a reaction that it left. */
  async function reply(ctx: DeskContext, conversationId: number): Promise<void> {
    const message = ctx.message
    if (!message || (await isAmongThemselves(ctx, message))) return
    const content = await contentOf(message)
    if (!content) return
    await desk.reply(ctx.act('reply'), conversationId, content, saidIn(message))
    await ctx.react('👌')
  }

  /** Changes at the customer what an operator changed in a topic. */
  async function edit(ctx: DeskContext): Promise<void> {
    const message = ctx.editedMessage
    const content = message && (await contentOf(message))
    if (!content) return
    await desk.editReply(ctx.act('edit'), saidIn(message), { ...content, parts: undefined })
  }

  /** What begins with `//` and what answers a colleague is not for the customer; nor is an answer to a question that the bot asked somebody. */
  async function isAmongThemselves(ctx: DeskContext, message: Message): Promise<boolean> {
    if ((message.text ?? message.caption ?? '').startsWith('//')) return true
    const replied = message.reply_to_message
    if (!replied || replied.forum_topic_created) return false
    if (replied.from?.id !== bot.id) return true
    const asked = !(await desk.isMirrored(messageExternalId(message.chat.id, replied.message_id)))
    if (asked) await ctx.reply('This was asked of somebody else; nothing went to the customer.')
    return asked
  }

  async function contentOf(message: Message): Promise<Content | undefined> {
    const event = messageEvents(message, 'own', { ...bot, id: 0 }).find(({ kind }) => kind === 'message')
    if (event?.kind !== 'message') return undefined
    const { text, entities, parts = [] } = event.message
    const outbound = await Promise.all(parts.filter(isOutbound).map(withKeptFile))
    // Somebody joined, the topic got another name.
    if (text === '' && outbound.length === 0) return undefined
    return { text, ...(entities && { entities }), ...(outbound.length > 0 && { parts: outbound }) }
  }

  async function withKeptFile(part: OutboundPart): Promise<OutboundPart> {
    if (part.type !== 'media' || !('ref' in part.file)) return part
    return { ...part, file: await keep(part.file.ref, part.mime) }
  }

  return { reply, edit }
}

function isOutbound(part: Part): part is OutboundPart {
  return part.type === 'media' || part.type === 'location' || part.type === 'contact'
}

function saidIn({ chat, message_id, reply_to_message: replied }: Message): RoomMessage {
  return {
    externalId: messageExternalId(chat.id, message_id),
    ...(replied &&
      !replied.forum_topic_created && { replyToExternalId: messageExternalId(chat.id, replied.message_id) }),
  }
}
