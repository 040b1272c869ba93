import type { DateTime } from 'luxon'
import { z } from 'zod'
import { durationSchema } from '../../platform/duration.ts'
import type { WorkingHours } from '../../team/team.table.ts'
import { isOpen } from '../../team/working-hours.ts'
import { compare, type Operator, operators } from './compare.ts'

const fieldPattern =
  /^(?:(?:contact|deal|conversation|message|sender|run|project|trigger)(?:\.[\p{L}\p{N}_-]+)+|now(?:\.(?:date|time|weekday|open))?)$/u

const scalarSchema = z.union([z.string(), z.number(), z.boolean()])

/** What any condition may ask of the time, as a schema describes it. */
export const timeFields =
  "of the time in the contact's zone `now`, `now.date`, `now.time` (`HH:MM`), `now.weekday` (1 is Monday) and `now.open` (by the working hours)"

/** Rules and groups of rules, joined by "and" (`all`) or "or" (`any`). */
export const groupSchema = conditionSchema(
  'ConditionGroup',
  z
    .string()
    .regex(fieldPattern, 'expected a field such as contact.city, deal.budget, message.text, run.answer or now.time')
    .describe(
      'What is looked at, as in a placeholder: `contact.city`, `contact.labels`, `deal.budget`, `conversation.mode`, ' +
        `\`message.text\`, \`run.answer\`, \`project.season\`, \`trigger.new\`; ${timeFields}.`,
    ),
)
export type Group = z.infer<typeof groupSchema>
export type Rule = Exclude<Group['rules'][number], Group>

/** The schema of a group of rules that may look at these fields; `id` names it in the schemas that are published. */
export function conditionSchema(id: string, field: z.ZodString) {
  const ruleSchema = z
    .strictObject({
      field,
      operator: z
        .enum(operators)
        .describe(
          'How it is compared. Texts without regard to case and surrounding space; a number and a text as numbers (`5` is ' +
            '`5,0`); a day, a moment or a phone in any spelling; yes/no also with `true`, `yes`, `1`; lists by their members, in ' +
            'any order. greater, less and between (its ends belong to it) order numbers, else times of day (also over midnight), else dates, whole days where one ' +
            'side has no time. What cannot be compared is neither equal nor greater nor less.',
        ),
      value: z
        .union([scalarSchema, z.array(scalarSchema)])
        .optional()
        .describe(
          'What it is compared with; placeholders are filled in. A list of two for `between`, a list for `in_list`, a ' +
            'duration such as `3d` for `within_last`, absent for `is_empty` and `is_set`.',
        ),
    })
    .superRefine((rule, context) => {
      const message = valueFault(rule.operator, rule.value)
      if (message) context.addIssue({ code: 'custom', path: ['value'], message })
    })
  const schema = z
    .strictObject({
      match: z.enum(['all', 'any']).default('all').describe('Whether all of the rules must hold, or any one of them.'),
      get rules(): z.ZodArray<z.ZodUnion<readonly [typeof ruleSchema, typeof schema]>> {
        return z
          .array(z.union([ruleSchema, schema]))
          .min(1)
          .max(50)
          .describe('Rules, and groups of the same form as this one.')
      },
    })
    .meta({ id, description: 'A group of rules.' })
  return schema
}

/** What a group is evaluated on. `now` is the present on the contact's clock. */
export interface Facts {
  /** What fields are read of, by their first part. */
  scope: object
  now: DateTime
  workingHours: WorkingHours
}

/** Whether a group of rules holds; placeholders in its values have been filled in. */
export function evaluate(group: Group, facts: Facts): boolean {
  const holds = (item: Rule | Group) =>
    'rules' in item
      ? evaluate(item, facts)
      : compare(item.operator, readField(item.field, facts), item.value, facts.now)
  return group.match === 'all' ? group.rules.every(holds) : group.rules.some(holds)
}

/** Every rule of a group and of the groups in it, with its path (`rules[1].rules[0]`). */
export function rulesOf(group: Group, path = ''): { path: string; rule: Rule }[] {
  return group.rules.flatMap((item, index) => {
    const here = `${path}rules[${index}]`
    return 'rules' in item ? rulesOf(item, `${here}.`) : [{ path: here, rule: item }]
  })
}

function readField(field: string, { scope, now, workingHours }: Facts): unknown {
  switch (field) {
    case 'now':
      return now
    case 'now.date':
      return now.toISODate()
    case 'now.time':
      return now.toFormat('HH:mm')
    case 'now.weekday':
      return now.weekday
    case 'now.open':
      return isOpen(workingHours, now)
    default:
      return field.split('.').reduce<unknown>(ownProperty, scope)
  }
}

function ownProperty(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

function valueFault(operator: Operator, value: unknown): string | undefined {
  const hasPlaceholder = typeof value === 'string' && value.includes('{{')
  switch (operator) {
    case 'is_empty':
    case 'is_set':
      return value === undefined ? undefined : `expected no value for ${operator}`
    case 'between':
      return Array.isArray(value) && value.length === 2 ? undefined : 'expected a list of two values: from and to'
    case 'in_list':
      return Array.isArray(value) || hasPlaceholder ? undefined : 'expected a list of values'
    case 'within_last':
      return hasPlaceholder || durationSchema.safeParse(value).success
        ? undefined
        : 'expected a duration such as 30m or 3d'
    case 'contains':
    case 'not_contains':
    case 'equals':
    case 'not_equals':
      return value === undefined ? `expected a value to compare with; use is_empty to ask for nothing` : undefined
    default:
      return value === undefined || Array.isArray(value) ? 'expected one value to compare with' : undefined
  }
}
