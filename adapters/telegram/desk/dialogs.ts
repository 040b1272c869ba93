import type { Context } from 'grammy'
import type { DeskAct, OperatorDesk } from '../../../src/conversations/operator-desk.ts'
import { AppError, messageOf } from '../../../src/platform/errors.ts'
import { type Answer, ask, type Choice } from './ask.ts'
import type { Dialog } from './desk-context.ts'

const skip: Choice = { label: 'Skip', value: '' }

/** The step-by-step dialogs by name; each is entered with the conversation that it is about. */
export function deskDialogs(desk: OperatorDesk) {
  /** Does something in the operator's name; what is wrong with it is said, and ends the dialog. */
  async function perform<Result>(
    dialog: Dialog,
    ctx: Context,
    name: string,
    work: (act: DeskAct) => Promise<Result>,
  ): Promise<Result | undefined> {
    const done = await dialog.external(async (outer) => {
      try {
        return { result: (await work(outer.act(name))) ?? null }
      } catch (error) {
        // What may succeed later is tried again from the answer on.
        if (!(error instanceof AppError) || error.retryable) throw error
        return { fault: messageOf(error) }
      }
    })
    if ('fault' in done) {
      await ctx.reply(`That did not work: ${done.fault}`)
      return undefined
    }
    return done.result as Result
  }

  async function note(dialog: Dialog, ctx: Context, conversationId: number): Promise<void> {
    const { text, ctx: last } = await ask(dialog, ctx, 'What should the note say?')
    const done = await perform(dialog, last, 'note', async (act) => {
      await desk.addNote(act, conversationId, text)
      return true
    })
    if (done) await last.reply('The note is kept.')
  }

  async function label(dialog: Dialog, ctx: Context, conversationId: number): Promise<void> {
    const { text, ctx: last } = await ask(dialog, ctx, 'Which labels? Several are parted by commas.')
    const labels = text.split(',').map((one) => one.trim())
    const done = await perform(dialog, last, 'label', async (act) => {
      await desk.addLabels(act, conversationId, labels)
      return true
    })
    if (done) await last.reply(`Labelled: ${labels.join(', ')}.`)
  }

  async function assign(dialog: Dialog, ctx: Context, conversationId: number): Promise<void> {
    const operators = await dialog.external(() => desk.operators())
    const choices = operators.map(({ id, name }) => ({ label: name, value: String(id) }))
    const answer = await chooseOne(dialog, ctx, 'Who is to have it?', [
      ...choices,
      { label: 'Nobody', value: 'nobody' },
    ])
    const operatorId = answer.text === 'nobody' ? null : Number(answer.text)
    const done = await perform(dialog, answer.ctx, 'assign', (act) => desk.assign(act, conversationId, operatorId))
    if (done) await answer.ctx.reply(done.assignee ? `${done.assignee.name} has it now.` : 'Nobody has it now.')
  }

  async function deal(dialog: Dialog, ctx: Context, conversationId: number): Promise<void> {
    const name = await ask(dialog, ctx, 'What is the deal called?')
    const budget = await askBudget(dialog, name.ctx)
    const places = await dialog.external(() => desk.places())
    let last = budget.ctx
    const choose = async (question: string, names: string[]) => {
      if (names.length < 2) return names[0]
      const answer = await chooseOne(
        dialog,
        last,
        question,
        names.map((one) => ({ label: one, value: one })),
      )
      last = answer.ctx
      return answer.text
    }
    const spot = await choose(
      'At which point of sale?',
      places.map((place) => place.name),
    )
    const pipelines = places.find((place) => place.name === spot)?.pipelines ?? []
    const pipeline = await choose(
      'In which pipeline?',
      pipelines.map((one) => one.name),
    )
    const stages = pipelines.find((one) => one.name === pipeline)?.stages ?? []
    const stage = await choose('In which stage?', stages)
    const wanted = { conversationId, name: name.text, budget: budget.amount, spot, pipeline, stage }
    const made = await perform(dialog, last, 'deal', (act) => desk.createDeal(act, wanted))
    if (made) await last.reply(`Deal #${made.number} stands in ${made.place}.`)
  }

  async function task(dialog: Dialog, ctx: Context, conversationId: number): Promise<void> {
    const name = await ask(dialog, ctx, 'What is to be done?')
    let question = 'By when? For example 30.11.2026 or 30.11.2026 18:00.'
    let from = name.ctx
    for (;;) {
      const due = await ask(dialog, from, question, [skip])
      const wanted = { conversationId, name: name.text, ...(due.text !== '' && { dueAt: due.text }) }
      const made = await perform(dialog, due.ctx, 'task', (act) => desk.createTask(act, wanted))
      if (made) {
        const by = made.dueAt ? ` It is due ${made.dueAt.slice(0, 16).replace('T', ' ')} UTC.` : ''
        await due.ctx.reply(`The task is yours.${by}`)
        return
      }
      if (due.text === '') return
      question = 'By when, then? A day such as 30.11.2026, also with 18:00.'
      from = due.ctx
    }
  }

  return { note, label, assign, deal, task }
}

/** Asks until one of the choices is taken; a name that is typed counts too. */
async function chooseOne(dialog: Dialog, ctx: Context, question: string, choices: Choice[]): Promise<Answer> {
  let answer = await ask(dialog, ctx, question, choices)
  for (;;) {
    const { text, chosen } = answer
    const typed = choices.find(({ label }) => label.toLowerCase() === text.toLowerCase())
    if (chosen) return answer
    if (typed) return { ...answer, text: typed.value }
    answer = await ask(dialog, answer.ctx, `There is no “${text.slice(0, 60)}”. ${question}`, choices)
  }
}

async function askBudget(dialog: Dialog, ctx: Context): Promise<{ amount?: number; ctx: Context }> {
  let answer = await ask(dialog, ctx, 'What is it worth? A number.', [skip])
  for (;;) {
    if (answer.text === '') return { ctx: answer.ctx }
    const amount = Number(answer.text.replaceAll(/\s/g, '').replace(',', '.'))
    if (Number.isFinite(amount)) return { amount, ctx: answer.ctx }
    answer = await ask(dialog, answer.ctx, `“${answer.text.slice(0, 60)}” is no number. What is it worth?`, [skip])
  }
}
