import { z } from 'zod'
import { vouchingSchema } from '../../../src/platform/vouching.ts'
import { itemsSchema, placeSchema } from './place.ts'
import { listingSchema, requestSchema } from './request.ts'

/** How the CRM tells us of changes. */
export const hookSchema = z.strictObject({
  auth: vouchingSchema.optional().describe('How its requests vouch for themselves by `hookSecret`.'),
  items: itemsSchema.default('$').describe('The changes that one request tells of.'),
  entity: placeSchema.describe('Its word for what changed.'),
  entities: z
    .record(z.string(), z.enum(['contact', 'deal', 'note', 'task']))
    .describe('What its words mean; others are passed over.'),
  id: placeSchema,
  deleted: placeSchema.optional().describe('Says yes when it was deleted.'),
  subscriptions: z
    .strictObject({
      list: listingSchema.extend({ id: placeSchema, address: placeSchema }),
      add: z.array(requestSchema).min(1),
      remove: requestSchema,
    })
    .optional()
    .describe('Has its requests sent to {{ hook_url }}; without it the owner does so by hand.'),
})
export type HookSettings = z.infer<typeof hookSchema>
