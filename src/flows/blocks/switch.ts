import { z } from 'zod'
import { defineBlock, next } from '../block.ts'
import { same } from '../conditions/compare.ts'
import { templatesIn } from './templates-in.ts'

const scalarSchema = z.union([z.string(), z.number(), z.boolean()])

const caseSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(64)
    .refine((name) => name !== 'else', 'expected another name than "else", which is the output for all other values')
    .describe('The name of the output.'),
  values: z.array(scalarSchema).min(1).max(100).describe('The values that leave by it; placeholders are filled in.'),
})

const optionsSchema = z.strictObject({
  value: z
    .string()
    .min(1)
    .max(2000)
    .describe('What decides: a placeholder such as `{{ contact.city }}`, or a text with some.'),
  cases: z
    .array(caseSchema)
    .min(1)
    .max(50)
    .refine(
      (cases) => new Set(cases.map(({ name }) => name)).size === cases.length,
      'expected different names of the cases',
    )
    .describe('The first case with an equal value is taken. Case and surrounding space do not count; `5` equals 5.'),
})

export const switchBlock = defineBlock({
  type: 'switch',
  summary: 'Goes one of several ways by a value.',
  kind: 'action',
  options: optionsSchema,
  outputs: ({ cases }) => [...cases.map(({ name }) => name), 'else'],
  needs: [],
  example: {
    value: '{{ contact.city }}',
    cases: [
      { name: 'capital', values: ['Moscow', 'MSK'] },
      { name: 'north', values: ['Saint Petersburg'] },
    ],
  },
  templates: ({ value, cases }) => ({
    value,
    ...templatesIn(
      cases.map(({ values }) => ({ values })),
      'cases',
    ),
  }),
  execute({ options, renderJson }) {
    const value = renderJson(options.value)
    const taken = options.cases.find(({ values }) =>
      (renderJson(values) as unknown[]).some((item) => same(value, item)),
    )
    return next(taken?.name ?? 'else')
  },
})
