import { z } from 'zod'
import {
  type BlockDefinition,
  call,
  fail,
  next,
  type Outcome,
  type StepContext,
  type WrittenThere,
} from '../../flows/block.ts'
import { dueMoment } from '../../flows/blocks/due-moment.ts'
import { saveNeeds, saveValues } from '../../flows/blocks/target.ts'
import { isEmpty } from '../../flows/conditions/compare.ts'
import { durationSchema } from '../../platform/duration.ts'
import type { CrmRequest } from './crm-request.ts'

const nameThere = z.string().min(1).max(200)
const template = z.string().min(1).max(500)

/** The options that both blocks have. */
export const sharedOptions = {
  integration: z.string().min(1).max(200).describe('The integration by its name.'),
  name: template.optional().describe('What it is called there, with placeholders; as the mapping says when absent.'),
  responsible: template
    .optional()
    .describe(
      "Who is responsible there: an operator's e-mail, or a user there by e-mail or name, with placeholders; as the mapping says when absent.",
    ),
  tags: z
    .array(z.string().min(1).max(200))
    .max(50)
    .default([])
    .describe('Tags that are added there; placeholders are filled in, empty ones are left out.'),
  fields: z
    .array(
      z.strictObject({
        to: nameThere.describe('A field there by its key, `KEY:KIND`, or its title.'),
        value: z
          .union([z.string().max(20_000), z.number(), z.boolean(), z.null(), z.array(z.string().max(2000)).max(100)])
          .describe('With placeholders. `null` empties the field; a text that comes out empty leaves it alone.'),
      }),
    )
    .max(100)
    .default([])
    .describe('Values of fields there, above those of the mapping.'),
  note: z
    .union([z.literal(true), z.string().min(1).max(10_000)])
    .optional()
    .describe('A note that is written there once: a text with placeholders, or `true` for the conversation so far.'),
}

export const taskSchema = z
  .strictObject({
    text: template.describe('What is to be done, with placeholders.'),
    due: template
      .optional()
      .describe("By when, on the project's clock: `25.12.2026 10:00`, `tomorrow 10:00`, `{{ run.visit_at }}`."),
    dueIn: durationSchema
      .optional()
      .describe('By when, counted from now: `30m`, `3h`, `2d`; a day from now where neither is given.'),
    responsible: template
      .optional()
      .describe('Who is to do it, named as above; whoever is responsible for the deal there when absent.'),
  })
  .refine((task) => task.due === undefined || task.dueIn === undefined, {
    path: ['dueIn'],
    message: 'expected either due or dueIn',
  })

/** What of the options holds placeholders, or may. */
export interface Written {
  name?: string
  budget?: string | number
  pipeline?: string
  stage?: string
  responsible?: string
  tags: string[]
  fields: { to: string; value: string | number | boolean | null | string[] }[]
  note?: true | string
  task?: z.infer<typeof taskSchema>
}

/** The options as the check of a flow sees them: placeholders are not filled in. */
export function asWritten(entity: WrittenThere['entity'], options: Written): WrittenThere {
  const { name, budget, pipeline, stage, responsible, fields, task } = options
  return { entity, name, budget, pipeline, stage, responsible, fields, ...(task && { task }) }
}

type Context = Pick<
  StepContext<unknown, (typeof saveNeeds)[number]>,
  'now' | 'project' | 'scope' | 'render' | 'renderJson' | 'act'
>

/** Asks that something of ours is brought to another CRM with all that the options say, their placeholders filled in. */
export function callCrm(
  context: Context,
  { integration, subject, written }: { integration: string; subject: CrmRequest['subject']; written: Written },
): Outcome {
  const { render, renderJson, scope } = context
  const text = (value: string | undefined) => (value === undefined ? undefined : render(value).trim() || undefined)
  const { tags, fields, note, task } = written
  const budget = renderJson(written.budget)
  const conversation = Number(scope.conversation.id)
  const request: CrmRequest = {
    integration,
    subject,
    written: {
      entity: subject.entity,
      name: text(written.name),
      ...(!isEmpty(budget) && { budget: budget as string | number }),
      pipeline: text(written.pipeline),
      stage: text(written.stage),
      responsible: text(written.responsible),
      fields: fields.flatMap(({ to, value }) => {
        const filled = renderJson(value)
        return value !== null && isEmpty(filled) ? [] : [{ to, value: filled }]
      }),
      ...(task && { task: { responsible: text(task.responsible) } }),
    },
    tags: [...new Set(tags.map((tag) => render(tag).trim()))].filter((tag) => tag !== ''),
    ...(note === true && conversation > 0 && { note: { conversation } }),
    ...(typeof note === 'string' && text(note) !== undefined && { note: { text: text(note)! } }),
    ...(task && { task: { text: render(task.text).trim() || 'Call', dueAt: dueAt(context, task) } }),
  }
  return call('crm', request)
}

/** What {@link leave} and {@link leaveWithout} may do. */
export const crmNeeds = saveNeeds

/** Goes on with the ids there, kept at their targets, or by `error` with the reason in `run.crm_error`. */
export async function leave(
  { act }: Pick<Context, 'act'>,
  resumption: Parameters<NonNullable<BlockDefinition['resume']>>[1],
  targets: { dealId?: string; contactId?: string },
): Promise<Outcome> {
  if (resumption.because !== 'result') return leaveWithout({ act }, 'The other CRM was not waited for.')
  if (!resumption.result.ok) return leaveWithout({ act }, resumption.result.error)
  const ids = resumption.result.value as { dealId?: string; contactId?: string }
  const kept = (['dealId', 'contactId'] as const).flatMap((name): [string, string][] => {
    const [target, id] = [targets[name], ids[name]]
    return target === undefined || id === undefined ? [] : [[target, id]]
  })
  await saveValues(act, new Map(kept))
  return next('ok')
}

/** Leaves by `error` with the reason in `run.crm_error`. */
export async function leaveWithout({ act }: Pick<Context, 'act'>, reason: string): Promise<Outcome> {
  await act.setVariables({ crm_error: reason })
  return fail(reason)
}

function dueAt(context: Context, task: z.infer<typeof taskSchema>): string {
  const { at, wholeDay } = dueMoment(context, task, 'task.due') ?? dueMoment(context, { dueIn: '1d' })!
  return (wholeDay ? at.endOf('day') : at).toUTC().startOf('second').toISO({ suppressMilliseconds: true })!
}
