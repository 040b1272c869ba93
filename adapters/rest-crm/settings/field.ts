import { z } from 'zod'
import { itemsSchema, placeSchema } from './place.ts'
import { addFault, leavesOf, listingSchema } from './request.ts'

const typeSchema = z.enum([
  'text',
  'number',
  'date',
  'datetime',
  'choice',
  'choices',
  'boolean',
  'phone',
  'email',
  'link',
  'address',
])

const choiceValue = z.union([z.string(), z.number(), z.boolean()])

/** What placeholders of what is written may begin with. */
const writeRoots = ['value', 'html', 'pipeline', 'stage', 'constants']

const fragmentSchema = z.record(z.string(), z.json()).superRefine((fragment, context) => {
  for (const { path, text } of leavesOf(fragment)) addFault(context, text, path, writeRoots)
})

/** A field there, and how its value is written and read. */
export const fieldSchema = z.strictObject({
  key: z.string().min(1).max(200),
  title: z.string().min(1).max(200).optional().describe('The key when absent.'),
  type: typeSchema.default('text'),
  choices: z
    .array(
      z.strictObject({ title: z.string().min(1), value: choiceValue.optional().describe('The title when absent.') }),
    )
    .optional(),
  multiple: z.boolean().optional().describe('It holds several phones or e-mails, written as a list.'),
  readOnly: z.boolean().optional(),
  whole: z.boolean().optional().describe('A number without fractions.'),
  maxLength: z.int().min(1).optional(),
  at: z.string().min(1).optional().describe('Its name there; dots part the levels. The key when absent.'),
  as: z
    .enum(['html', 'text', 'number', 'milliseconds', 'seconds'])
    .optional()
    .describe('How it is kept there, where that is not as all values are.'),
  item: z.json().optional().describe('One of several values as it is written: `{"value": "{{ value }}"}`.'),
  each: z.string().optional().describe('Where the value stands in one of several: `value`.'),
  write: fragmentSchema
    .optional()
    .describe('What is written instead, with {{ value }}; of a stage {{ pipeline }}, {{ stage }}.'),
  writeFor: z
    .record(z.string(), fragmentSchema)
    .optional()
    .describe('What is written for a single value; of a stage for its id.'),
  read: placeSchema.optional().describe('Where it is read, instead of `at`.'),
})
export type RestField = z.infer<typeof fieldSchema>

/** Fields that an account has besides, as the CRM lists them. */
export const moreFieldsSchema = listingSchema.extend({
  when: placeSchema.optional().describe('Only those for which it says yes.'),
  key: placeSchema,
  title: placeSchema,
  at: placeSchema.optional(),
  type: placeSchema,
  types: z.record(z.string(), typeSchema).describe('What its words for types mean; fields of others are left out.'),
  as: z.record(z.string(), z.enum(['html', 'text', 'number', 'milliseconds', 'seconds'])).default({}),
  choices: z.strictObject({ items: itemsSchema, title: placeSchema, value: placeSchema }).optional(),
  readOnly: placeSchema.optional(),
})
export type MoreFields = z.infer<typeof moreFieldsSchema>
