import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { defineBlock, next } from '../block.ts'
import { isEmpty, toNumber } from '../conditions/compare.ts'
import type { Scope } from '../scope.ts'
import { saveNeeds, saveValues, targetFault, targetSchema } from './target.ts'
import { templatesIn } from './templates-in.ts'

const assignmentSchema = z
  .strictObject({
    to: targetSchema,
    operation: z
      .enum(['set', 'increment', 'clear'])
      .default('set')
      .describe(
        'set: to the value. increment: by the value, negative to subtract; nothing counts as 0. clear: to nothing.',
      ),
    value: z
      .union([z.string().max(20_000), z.number(), z.boolean(), z.null(), z.array(z.string().max(2000)).max(200)])
      .optional()
      .describe(
        'A text with placeholders, or a value. A text that is one placeholder keeps the type of what it names.',
      ),
  })
  .superRefine(({ operation, value }, context) => {
    const message = valueFault(operation, value)
    if (message) context.addIssue({ code: 'custom', path: ['value'], message })
  })
type Assignment = z.infer<typeof assignmentSchema>

export const setFields = defineBlock({
  type: 'set-fields',
  summary: 'Sets fields of the contact, attributes and variables, several at once.',
  kind: 'action',
  options: z.strictObject({
    fields: z
      .array(assignmentSchema)
      .min(1)
      .max(100)
      .describe(
        'What is set. Placeholders see the values from before the block; an increment sees those set above it.',
      ),
  }),
  outputs: () => ['next'],
  needs: saveNeeds,
  example: {
    fields: [
      { to: 'contact.first_name', value: '{{ run.name }}' },
      { to: 'run.visits', operation: 'increment', value: 1 },
      { to: 'deal.model', operation: 'clear' },
    ],
  },
  templates: ({ fields }) =>
    templatesIn(
      fields.map(({ value }) => ({ value })),
      'fields',
    ),
  check: ({ fields }, lookup) =>
    fields.flatMap(({ to }, index) => {
      const fault = targetFault(to, lookup)
      return fault ? [{ path: `fields[${index}].to`, message: fault }] : []
    }),
  async execute({ options, scope, renderJson, act }) {
    const values = new Map<string, unknown>()
    for (const assignment of options.fields) {
      const before = values.has(assignment.to) ? values.get(assignment.to) : held(scope, assignment.to)
      values.set(assignment.to, newValue(assignment, renderJson(assignment.value), before))
    }
    await saveValues(act, values)
    return next()
  },
})

function newValue({ to, operation }: Assignment, value: unknown, before: unknown): unknown {
  if (operation === 'clear') return null
  if (operation === 'set') return value
  return numberFrom(before, `"${to}" holds`) + numberFrom(value, `The increment of "${to}" came out as`)
}

function numberFrom(value: unknown, what: string): number {
  if (isEmpty(value)) return 0
  const number = toNumber(value)
  if (number === undefined) throw new AppError('invalid', `${what} ${JSON.stringify(value)}; expected a number`)
  return number
}

function held(scope: Scope, target: string): unknown {
  const [owner, name] = target.split('.') as ['contact' | 'deal' | 'run', string]
  return Object.hasOwn(scope[owner], name) ? scope[owner][name] : undefined
}

function valueFault(operation: string, value: unknown): string | undefined {
  if (operation === 'clear') return value === undefined ? undefined : 'expected no value for clear'
  if (value === undefined) return `expected a value to ${operation}`
  const isNumber = toNumber(value) !== undefined || (typeof value === 'string' && value.includes('{{'))
  return operation === 'increment' && !isNumber ? 'expected a number or a placeholder' : undefined
}
