import { z } from 'zod'
import { cutText } from '../../platform/cut-text.ts'
import { durationSchema } from '../../platform/duration.ts'
import { defineBlock, next } from '../block.ts'
import { type DueMoment, dueMoment } from './due-moment.ts'
import { operatorFault } from './project-faults.ts'
import { saveNeeds, saveValues, targetFault, targetSchema } from './target.ts'

const optionsSchema = z
  .strictObject({
    name: z.string().min(1).max(500).describe('What is to be done, with placeholders.'),
    description: z.string().max(20_000).optional().describe('More about it, with placeholders.'),
    responsible: z
      .string()
      .min(1)
      .max(320)
      .optional()
      .describe(
        "The operator's e-mail, with placeholders. Without one: whoever is responsible for the run's deal, else for the contact.",
      ),
    due: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe(
        "By when, on the project's clock: a date, a time or both, with placeholders: `25.12.2026 10:00`, `tomorrow 10:00`, " +
          '`{{ run.visit_at }}`. A time alone is its next occurrence, a date alone its end.',
      ),
    dueIn: durationSchema.optional().describe('By when, counted from now: `30m`, `3h`, `2d`, `1w`.'),
    reminders: z
      .array(z.int().min(0).max(527_040))
      .max(10)
      .optional()
      .describe('How many minutes before it is due the operator is reminded; when it is due if absent.'),
    saveTo: targetSchema.default('run.task_id').describe("Where the task's number is kept, for `done-task`."),
  })
  .refine((options) => options.due === undefined || options.dueIn === undefined, {
    path: ['dueIn'],
    message: 'expected either due or dueIn',
  })

export const createTask = defineBlock({
  type: 'create-task',
  summary: "Makes a task for an operator about the contact and the run's deal.",
  kind: 'action',
  options: optionsSchema,
  outputs: () => ['next'],
  needs: ['createTask', ...saveNeeds],
  example: {
    name: 'Call {{ contact.first_name }}',
    description: 'Wants {{ run.model }}',
    responsible: 'olga@example.com',
    dueIn: '2h',
    reminders: [15],
  },
  templates: ({ name, description, responsible, due }) =>
    Object.fromEntries(
      Object.entries({ name, description, responsible, due }).filter((entry): entry is [string, string] => !!entry[1]),
    ),
  check: ({ responsible, saveTo }, lookup) => {
    const fault = targetFault(saveTo, lookup)
    const named = responsible?.includes('{{') ? undefined : responsible
    return [...operatorFault('responsible', named, lookup), ...(fault ? [{ path: 'saveTo', message: fault }] : [])]
  },
  async execute(context) {
    const { options, render, act } = context
    const responsible = options.responsible === undefined ? '' : render(options.responsible).trim()
    const task = await act.createTask({
      name: cutText(render(options.name).trim(), 200),
      description: options.description === undefined ? undefined : render(options.description),
      responsibleEmail: responsible === '' ? undefined : responsible,
      dueAt: isoOf(dueMoment(context, options)),
      reminders: options.reminders,
    })
    await saveValues(act, new Map([[options.saveTo, task.id]]))
    return next()
  },
})

/** ISO 8601: a day where no time was meant. */
function isoOf(due: DueMoment | undefined): string | undefined {
  return (due?.wholeDay ? due.at.toISODate() : due?.at.toISO()) ?? undefined
}
