import { Composer } from 'grammy'
import type { OperatorDesk } from '../../../src/conversations/operator-desk.ts'
import type { BotIdentity } from '../bot-identity.ts'
import { commandOf } from '../inbound/addressing.ts'
import type { DeskContext } from './desk-context.ts'
import { cardView, conversationKeys, conversationView, help, listKeys, type Verb, verbs } from './views.ts'

/** So many conversations of each kind are listed. */
const listed = 10

/** What operators ask for by a command, or by the button that says the same. */
export function deskCommands(desk: OperatorDesk, me: BotIdentity): Composer<DeskContext> {
  const commands = new Composer<DeskContext>()

  commands.on('message', async (ctx, next) => {
    const command = commandOf(ctx.message, me)
    if (!command) return next()
    const { name, argument } = command
    if (name === 'desk' || name === 'start') return showDesk(ctx)
    if (name === 'cancel') {
      await ctx.reply('There is nothing to end.')
      return
    }
    if (!isVerb(name)) {
      await ctx.reply(help)
      return
    }
    if (ctx.conversationId === undefined) {
      await ctx.reply('Which conversation? Choose one with /desk, or write in its topic.')
      return
    }
    await perform(ctx, name, ctx.conversationId, argument)
  })

  commands.on('callback_query:data', async (ctx) => {
    const [, word = '', number] = /^(\w+):(\d+)$/.exec(ctx.callbackQuery.data) ?? []
    if (word !== 'open' && !isVerb(word)) {
      // A choice of a question that is over, or was somebody else's.
      await ctx.answerCallbackQuery({ text: 'This is not asked of you, or no longer.' })
      return
    }
    await ctx.answerCallbackQuery()
    const id = Number(number)
    if (word === 'open') await open(ctx, id)
    else await perform(ctx, word, id, '')
  })

  async function showDesk(ctx: DeskContext): Promise<void> {
    const [mine, waiting] = await Promise.all([
      desk.conversations({ of: ctx.operator.id }, listed),
      desk.conversations('waiting', listed),
    ])
    if (mine.length + waiting.length === 0) {
      await ctx.reply(`Nothing waits, ${ctx.operator.name}.\n\n${help}`)
      return
    }
    if (waiting.length > 0) await ctx.reply('These wait for somebody:', { reply_markup: listKeys(waiting) })
    if (mine.length > 0) await ctx.reply('These are yours:', { reply_markup: listKeys(mine) })
  }

  async function open(ctx: DeskContext, id: number): Promise<void> {
    const conversation = await desk.conversation(id)
    ctx.state.set({ conversation: id })
    await ctx.reply(conversationView(conversation), { reply_markup: conversationKeys(conversation) })
  }

  async function perform(ctx: DeskContext, verb: Verb, id: number, argument: string): Promise<void> {
    switch (verb) {
      case 'take':
        await desk.takeOver(ctx.act(verb), id)
        await ctx.reply(`${ctx.operator.name} has the conversation; the bot keeps silent.`)
        return
      case 'back':
        await desk.giveBack(ctx.act(verb), id)
        await ctx.reply('The bot goes on.')
        return
      case 'card':
        await ctx.reply(cardView(await desk.card(id)))
        return
      case 'note':
        if (argument === '') return ctx.conversation.enter(verb, id)
        await desk.addNote(ctx.act(verb), id, argument)
        await ctx.reply('The note is kept.')
        return
      case 'label': {
        if (argument === '') return ctx.conversation.enter(verb, id)
        const labels = argument.split(',').map((one) => one.trim())
        await desk.addLabels(ctx.act(verb), id, labels)
        await ctx.reply(`Labelled: ${labels.join(', ')}.`)
        return
      }
      case 'assign':
      case 'deal':
      case 'task':
        return ctx.conversation.enter(verb, id)
    }
  }

  return commands
}

function isVerb(word: string): word is Verb {
  return Object.hasOwn(verbs, word)
}
