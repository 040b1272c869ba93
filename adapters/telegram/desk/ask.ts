import { createHash } from 'node:crypto'
import { type Context, InlineKeyboard } from 'grammy'
import type { Dialog } from './desk-context.ts'

/** A choice among others: what the button says, and what is meant. */
export interface Choice {
  label: string
  value: string
}

/** What was answered, with the context of the answer: what follows is said there. */
export interface Answer {
  text: string
  /** It was chosen, not typed. */
  chosen: boolean
  ctx: Context
}

/** Choices beyond these are typed. */
const mostChoices = 40

/**
 * Asks something and waits for the person's text or choice. A command ends the dialog: `/cancel` says so, and any other one is
 * worked on as always.
 */
export async function ask(dialog: Dialog, ctx: Context, question: string, choices: Choice[] = []): Promise<Answer> {
  const shown = choices.slice(0, mostChoices)
  const mark = `choice:${markOf([question, ...shown.map(({ value }) => value)])}:`
  const keyboard = new InlineKeyboard()
  for (const [index, { label }] of shown.entries()) keyboard.text(label.slice(0, 60), `${mark}${index}`).row()
  const inGroup = ctx.chat?.type !== 'private'
  const replied = ctx.callbackQuery ? undefined : ctx.msg?.message_id
  await ctx.reply(question, {
    // In a group only whoever is asked is shown the place to type in.
    reply_markup: shown.length > 0 ? keyboard : { force_reply: true, selective: true },
    ...(inGroup &&
      replied !== undefined && { reply_parameters: { message_id: replied, allow_sending_without_reply: true } }),
  })
  for (;;) {
    const next = await dialog.wait()
    const data = next.callbackQuery?.data
    const index = data?.startsWith(mark) ? Number(data.slice(mark.length)) : Number.NaN
    const choice = shown[index]
    if (choice) {
      await next.answerCallbackQuery()
      return { text: choice.value, chosen: true, ctx: next }
    }
    const text = next.message?.text?.trim()
    if (text === '/cancel' || text?.startsWith('/cancel@')) {
      await next.reply('Nothing was done.')
      await dialog.halt()
    }
    // Another command, or a button elsewhere, ends the dialog and is worked on as always.
    if (text?.startsWith('/') || next.callbackQuery) await dialog.halt({ next: true })
    if (text) return { text, chosen: false, ctx: next }
    if (next.message) await next.reply('Please answer with a text, or /cancel.')
  }
}

/** Tells the buttons of one question from those of an earlier one. */
function markOf(words: string[]): string {
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 10)
}
