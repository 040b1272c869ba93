import { z } from 'zod'
import { parseMarkup } from '../../conversations/deliver/markup.ts'
import type { Button } from '../../conversations/message.ts'
import { cutText } from '../../platform/cut-text.ts'
import { durationMs, durationSchema } from '../../platform/duration.ts'
import { AppError } from '../../platform/errors.ts'
import { defineBlock, next, type Outcome, type Reply, type StepContext, waitForReply } from '../block.ts'
import { chosenButton, pressedAnswer } from './chosen-button.ts'
import { localClock } from './local-clock.ts'
import { answerKinds, readAnswer } from './read-answer.ts'
import { saveNeeds, saveValues, targetFault, targetSchema } from './target.ts'
import { templatesIn } from './templates-in.ts'

const choiceSchema = z.strictObject({
  label: z.string().min(1).max(200).describe('What stands on the button.'),
  value: z.string().min(1).max(256).optional().describe('What is kept when it is chosen; the label when absent.'),
  request: z.literal('phone').optional().describe("Makes a button that shares the person's phone."),
})

const optionsSchema = z
  .strictObject({
    question: z.string().min(1).max(20_000).describe('What is asked, with placeholders and Markdown.'),
    validate: z
      .enum(answerKinds)
      .default('text')
      .describe(
        'What the answer must be. number: also `1 200,50`. phone: kept as E.164, a shared contact card counts. date: ' +
          '`dd.mm.yyyy`, `2 March`, `tomorrow` …, kept as ISO 8601. choice: one of `choices`.',
      ),
    choices: z
      .array(choiceSchema)
      .max(50)
      .default([])
      .describe('Answers to choose from, one button each. Unless `validate` is choice, other answers are welcome too.'),
    saveTo: targetSchema,
    retryText: z
      .string()
      .min(1)
      .max(20_000)
      .optional()
      .describe('What is said to an answer that does not fit; the question again when absent.'),
    attempts: z
      .int()
      .min(1)
      .max(20)
      .default(3)
      .describe('How many answers are read before the output `invalid` is taken.'),
    timeout: durationSchema
      .optional()
      .describe(
        'How long an answer is waited for, counted anew from each question; then the output `timeout` is taken.',
      ),
  })
  .refine((options) => options.validate !== 'choice' || options.choices.length > 0, {
    path: ['choices'],
    message: 'expected at least one choice',
  })
type Options = z.infer<typeof optionsSchema>
type Context = StepContext<Options, 'say' | (typeof saveNeeds)[number]>

export const ask = defineBlock({
  type: 'ask',
  summary: 'Asks, checks the answer and keeps it.',
  kind: 'message',
  options: optionsSchema,
  outputs: (options) => ['next', 'invalid', ...(options.timeout ? ['timeout'] : [])],
  needs: ['say', ...saveNeeds],
  example: {
    question: 'What number can we reach you at?',
    validate: 'phone',
    saveTo: 'contact.phone',
    retryText: 'This does not look like a phone number. Please write it as +7 916 123-45-67.',
    attempts: 3,
    timeout: '1d',
  },
  templates: ({ question, retryText, choices }) => ({
    question,
    ...(retryText !== undefined && { retryText }),
    ...templatesIn(
      choices.map(({ label, value }) => ({ label, value })),
      'choices',
    ),
  }),
  check(options, lookup) {
    const fault = targetFault(options.saveTo, lookup)
    return fault ? [{ path: 'saveTo', message: fault }] : []
  },
  waits: () => true,
  execute: (context) => askFor(context, context.options.question, 1),
  async resume(context, resumption, state) {
    if (resumption.because === 'time') return next('timeout')
    if (resumption.because !== 'reply') return next('invalid')
    const value = answerOf(context, resumption.reply, state.buttons as Button[])
    if (value !== undefined && (await canBeKept(context, value))) return next()
    const attempt = state.attempt as number
    if (attempt >= context.options.attempts) return next('invalid')
    return askFor(context, context.options.retryText ?? context.options.question, attempt + 1)
  },
})

async function askFor(context: Context, question: string, attempt: number): Promise<Outcome> {
  const { options, now, act } = context
  const buttons = buttonsOf(context)
  const { text, entities } = parseMarkup(context.renderMarkup(question))
  await act.say({
    text,
    ...(entities.length > 0 && { entities }),
    ...(buttons.length > 0 && { parts: [{ type: 'buttons', rows: buttons.map((button) => [button]) }] }),
  })
  const until = options.timeout ? new Date(now.getTime() + durationMs(options.timeout)) : undefined
  return waitForReply({ attempt, buttons }, until)
}

/** Keeps the answer; false when the target is of a type that it does not fit, and the answer is then a wrong one. */
async function canBeKept({ act, options }: Context, value: string | number): Promise<boolean> {
  try {
    await saveValues(act, new Map([[options.saveTo, value]]))
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid') return false
    throw error
  }
}

function buttonsOf({ options, render }: Context): Button[] {
  return options.choices.flatMap(({ label, value, request }): Button[] => {
    const shown = cutText(render(label).trim(), 64)
    if (shown === '') return []
    return [
      { label: shown, ...(value !== undefined && { value: cutText(render(value), 256) }), ...(request && { request }) },
    ]
  })
}

function answerOf(context: Context, reply: Reply, buttons: Button[]): string | number | undefined {
  const { options, scope, project } = context
  const country = scope.contact.country
  const locale = {
    now: localClock(context),
    country: typeof country === 'string' && country ? country : project.country,
  }
  const chosen = choiceOf(options, reply, buttons)
  if (chosen && !chosen.request) {
    const value = chosen.value ?? chosen.label
    if (options.validate === 'choice' || options.validate === 'text') return value
    return readAnswer(options.validate, { text: value, parts: [] }, locale)
  }
  // A press of some older message's button is no answer to this question.
  return pressedAnswer(reply) ? undefined : readAnswer(options.validate, reply, locale)
}

/** Where the answer itself may be a number, a typed one is the answer and not the number of a choice. */
function choiceOf(options: Options, reply: Reply, buttons: Button[]): Button | undefined {
  const chosen = chosenButton(buttons, reply)
  const isTypedNumber = !pressedAnswer(reply) && /^\W*\d+\W*$/.test(reply.text) && reply.text.trim() !== chosen?.label
  return isTypedNumber && options.validate !== 'choice' && options.validate !== 'text' ? undefined : chosen
}
