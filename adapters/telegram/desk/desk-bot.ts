import { conversations, createConversation } from '@grammyjs/conversations'
import { Bot, type Middleware } from 'grammy'
import type { Update, UserFromGetMe } from 'grammy/types'
import type { ChannelState } from '../../../src/conversations/channel-tools.ts'
import type { OperatorDesk } from '../../../src/conversations/operator-desk.ts'
import { AppError, messageOf } from '../../../src/platform/errors.ts'
import type { BotClient } from '../bot-client.ts'
import { deskCommands } from './commands.ts'
import type { DeskContext } from './desk-context.ts'
import { linkCodeOf } from './desk-event.ts'
import { openDialogState } from './dialog-state.ts'
import { deskDialogs } from './dialogs.ts'
import { type KeepFile, roomReplies } from './room-replies.ts'

/** Increased when the dialogs ask other things than before: those that wait then are forgotten. */
const dialogsVersion = 1

export interface DeskBotParts {
  client: BotClient
  desk: OperatorDesk
  state: ChannelState
  teamGroup: string | undefined
  keep: KeepFile
}

/** The bot as managers meet it: commands, buttons, step-by-step dialogs, and answers to customers in the topics of the team's group. */
export function createDeskBot(parts: DeskBotParts): Bot<DeskContext> {
  const { client, desk, state, teamGroup } = parts
  const { bot: me } = client
  const replies = roomReplies({ desk, bot: me, keep: parts.keep })
  const bot = new Bot<DeskContext>(client.token, { botInfo: infoOf(client), client: client.options })

  bot.use(async (ctx, next) => {
    const known = await openDialogState(state, ctx.update)
    if (!known || known.isDone) return
    ctx.state = known
    const operator = await link(ctx)
    if (!operator) return
    ctx.operator = operator
    ctx.act = (name) => ({ operatorId: operator.id, key: `update:${ctx.update.update_id}:${name}` })
    const topic = threadOfRoom(ctx.update)
    ctx.conversationId = topic === undefined ? known.conversation : await desk.conversationIn(topic)
    try {
      await next()
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable) throw error
      await ctx.reply(`That did not work: ${messageOf(error)}`)
    }
    await known.keep()
  })

  bot.on('edited_message', async (ctx) => {
    if (isRoom(ctx) && ctx.conversationId !== undefined) await replies.edit(ctx)
  })
  bot.use(
    conversations<DeskContext, import('grammy').Context>({
      storage: {
        type: 'context',
        version: dialogsVersion,
        adapter: {
          read: (ctx) => ctx.state.dialogs,
          write: (ctx, dialogs) => ctx.state.set({ dialogs }),
          delete: (ctx) => ctx.state.set({ dialogs: undefined }),
        },
      },
    }),
  )
  for (const [name, dialog] of Object.entries(deskDialogs(desk))) bot.use(createConversation(dialog, name))
  bot.use(deskCommands(desk, me) as Middleware<DeskContext>)
  bot.on('message', async (ctx) => {
    if (!isRoom(ctx))
      await ctx.reply('Choose a conversation with /desk, or answer customers in the topics of the team’s group.')
    else if (ctx.conversationId !== undefined) await replies.reply(ctx, ctx.conversationId)
  })

  /** Who writes; whoever is not linked may only link, and is told so. */
  async function link(ctx: DeskContext) {
    const { from, message } = ctx
    if (!from || from.id === me.id) return undefined
    const account = { kind: 'telegram', value: String(from.id) }
    const code = message && linkCodeOf(message, me)
    if (code === undefined) {
      const operator = await desk.operatorOf(account)
      if (!operator) await refuse(ctx)
      return operator
    }
    if (ctx.chat?.type !== 'private') {
      await ctx.reply('Send the code to me in private: here everybody reads it.')
      return undefined
    }
    try {
      const operator = await desk.link({ account, code, key: `update:${ctx.update.update_id}:link` })
      await ctx.reply(`This account is ${operator.name}’s now. /desk shows what waits, /help what you can do.`)
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable) throw error
      await ctx.reply(messageOf(error))
    }
    return undefined
  }

  async function refuse(ctx: DeskContext): Promise<void> {
    if (ctx.callbackQuery) {
      await ctx.answerCallbackQuery({ text: 'Only operators may do this: link your account first.', show_alert: true })
      return
    }
    const isAnonymous = ctx.message?.sender_chat !== undefined
    const isService = ctx.message !== undefined && !('text' in ctx.message) && !('caption' in ctx.message)
    if (ctx.editedMessage || (isService && !ctx.message?.photo && !ctx.message?.document && !ctx.message?.voice)) return
    const how = isAnonymous
      ? 'Write as yourself: who writes as the group cannot be told apart.'
      : 'Ask an administrator of the project for a code, and send me /link CODE in private.'
    await ctx.reply(`Only operators may work here, and this account is nobody’s. ${how}`, {
      ...(ctx.message && {
        reply_parameters: { message_id: ctx.message.message_id, allow_sending_without_reply: true },
      }),
    })
  }

  function isRoom(ctx: DeskContext): boolean {
    return teamGroup !== undefined && String(ctx.chat?.id) === teamGroup
  }

  function threadOfRoom(update: Update): string | undefined {
    const message = update.message ?? update.edited_message ?? update.callback_query?.message
    if (!message || String(message.chat.id) !== teamGroup) return undefined
    const topic = 'message_thread_id' in message ? message.message_thread_id : undefined
    return topic === undefined ? teamGroup : `${teamGroup}/${topic}`
  }

  return bot
}

/** What the library wants to know of the bot; of this it uses id and username only. */
function infoOf({ bot }: BotClient): UserFromGetMe {
  const no = false as const
  return {
    id: bot.id,
    is_bot: true,
    first_name: 'bot',
    username: bot.username ?? '',
    can_join_groups: no,
    can_read_all_group_messages: no,
    supports_inline_queries: no,
    can_connect_to_business: no,
    has_main_web_app: no,
  } as UserFromGetMe
}
