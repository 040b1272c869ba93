import { z } from 'zod'

/** One thing that a filter asks of a contact. */
const ruleSchema = z.strictObject({
  field: z
    .string()
    .max(100)
    .describe(
      'What is looked at: `name`, `username`, `email`, `phone`, `id`, `createdAt`, `lastActivityAt`, `labels`, `blocked`, ' +
        '`responsible`, `channel`, `dealStage`, or a custom field as `attributes.NAME`. `GET /filter-fields` lists them.',
    ),
  operator: z.string().max(50).describe('One of those that the field has.'),
  value: z
    .unknown()
    .refine(isComparable, 'expected a text, a number, true, false or a list of those; in texts no null characters')
    .optional()
    .describe('What is compared with, in the form that the operator expects; absent where it expects none.'),
})
export type FilterRule = z.infer<typeof ruleSchema>

/** How deep groups may stand in one another, and how many rules a filter may have in all. */
const mostDepth = 5
const mostRules = 100

const groupSchema = z
  .strictObject({
    match: z.enum(['all', 'any']).default('all').describe('Whether all of the rules must hold, or any one of them.'),
    get rules(): z.ZodArray<z.ZodUnion<readonly [typeof ruleSchema, typeof groupSchema]>> {
      return z
        .array(z.union([ruleSchema, groupSchema]))
        .min(1, 'expected a list of one or more rules')
        .max(mostRules)
        .describe('Rules, and groups of the same form as this one.')
    },
  })
  .meta({
    id: 'ContactFilter',
    description: 'Rules that contacts are chosen by, joined by "and" (`all`) or "or" (`any`).',
  })
export type FilterGroup = z.infer<typeof groupSchema>

/** A filter of contacts: groups at most 5 deep, at most 100 rules in all. */
export const filterSchema = z.preprocess(
  // Looked at first and without recursion, so that no depth of an input can do harm.
  (value, context) => {
    if (!isTooDeep(value)) return value
    context.addIssue({ code: 'custom', message: `has too many groups in one another; expected at most ${mostDepth}` })
    return z.NEVER
  },
  groupSchema.superRefine((filter, context) => {
    const count = countRules(filter)
    if (count > mostRules)
      context.addIssue({ code: 'custom', message: `has ${count} rules; expected at most ${mostRules} in all` })
  }),
)

function isComparable(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => !Array.isArray(item) && isComparable(item))
  if (typeof value === 'string') return !value.includes('\0')
  return value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean'
}

/** Whether an item of a filter's rules is a group of further ones. */
export function isGroup(item: FilterRule | FilterGroup): item is FilterGroup {
  return 'rules' in item
}

function countRules(group: FilterGroup): number {
  return group.rules.reduce((count, item) => count + (isGroup(item) ? countRules(item) : 1), 0)
}

function isTooDeep(filter: unknown): boolean {
  let level = [filter]
  for (let depth = 0; depth < mostDepth; depth++) level = level.flatMap(rulesOf)
  return level.some((item) => rulesOf(item).length > 0)
}

function rulesOf(item: unknown): unknown[] {
  if (typeof item !== 'object' || item === null || !('rules' in item) || !Array.isArray(item.rules)) return []
  return item.rules
}
