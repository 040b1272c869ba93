import { z } from 'zod'
import { fieldSchema, moreFieldsSchema } from './field.ts'
import { itemsSchema, placeSchema } from './place.ts'
import { listingSchema, requestSchema } from './request.ts'

const recordShape = {
  id: placeSchema.default('$.id'),
  updatedAt: placeSchema.optional().describe('ISO 8601, or Unix time; when it was answered where absent.'),
  values: z.string().optional().describe('Where the fields stand: `properties`; dots part the levels.'),
  gone: placeSchema.optional().describe('Says yes of what was deleted there.'),
}

const writeSchema = requestSchema.extend({
  record: placeSchema.default('$').describe('Where the record stands in the answer.'),
})
export type WriteRequest = z.infer<typeof writeSchema>

const shape = {
  fields: z.array(fieldSchema).min(1),
  record: z.strictObject(recordShape).prefault({}),
  marker: z
    .union([
      z.strictObject({ at: z.string().min(1).describe('A field of its own; dots part the levels.') }),
      z.strictObject({ inText: z.literal(true).describe('In signs without width behind the text.') }),
    ])
    .optional()
    .describe('Where a new record keeps our marker. Without it a lost answer may double a record.'),
  create: writeSchema,
  update: writeSchema,
  read: z.strictObject({
    request: requestSchema,
    items: itemsSchema.default('$'),
    atOnce: z.int().min(1).max(500).default(1).describe('How many {{ ids }} one request may ask for.'),
  }),
  changed: listingSchema.optional().describe('What was changed since {{ since }}, the newest first.'),
  marked: listingSchema
    .extend({ createdAt: placeSchema, marker: placeSchema.optional() })
    .optional()
    .describe('What was made last, the newest first, or what has one of {{ markers }}.'),
}

export const contactSchema = z.strictObject({
  ...shape,
  moreFields: moreFieldsSchema.optional(),
  find: z
    .strictObject({
      phone: listingSchema.optional(),
      email: listingSchema.optional(),
      id: placeSchema.default('$.id'),
    })
    .optional(),
})

export const dealSchema = z.strictObject({
  ...shape,
  moreFields: moreFieldsSchema.optional(),
  record: z.strictObject({ ...recordShape, contactIds: itemsSchema.optional() }).prefault({}),
})

/** Of notes and tasks. */
export const hangingSchema = z.strictObject({
  ...shape,
  record: z
    .strictObject({
      ...recordShape,
      on: z.strictObject({ deal: placeSchema.optional(), contact: placeSchema.optional() }).optional(),
    })
    .prefault({}),
})

export type ContactSettings = z.infer<typeof contactSchema>
export type DealSettings = z.infer<typeof dealSchema>
export type HangingSettings = z.infer<typeof hangingSchema>
export type EntitySettings = ContactSettings | DealSettings | HangingSettings
