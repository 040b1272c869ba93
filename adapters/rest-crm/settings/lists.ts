import { z } from 'zod'
import { itemsSchema, placeSchema } from './place.ts'
import { listingSchema } from './request.ts'

const stageSchema = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1),
  type: z.enum(['open', 'won', 'lost']).default('open'),
})

const readPipelines = listingSchema.extend({
  id: placeSchema.default('$.id'),
  name: placeSchema.default('$.name'),
  stages: z.strictObject({
    request: listingSchema.shape.request
      .optional()
      .describe('Asks for the stages of {{ pipeline }}; without it they stand in the pipeline.'),
    items: itemsSchema,
    id: placeSchema.default('$.id'),
    name: placeSchema.default('$.name'),
    type: placeSchema.optional().describe('Says `open`, `won` or `lost`; open when absent.'),
    more: z.array(stageSchema).default([]).describe('What every pipeline has besides.'),
  }),
})

const readUsers = listingSchema.extend({
  id: placeSchema.default('$.id'),
  name: placeSchema.default('$.name'),
  email: placeSchema.optional(),
  when: placeSchema.optional().describe('Only those for which it says yes.'),
})

export const pipelinesSchema = z.union([
  z.array(z.strictObject({ id: z.string().min(1), name: z.string().min(1), stages: z.array(stageSchema).min(1) })),
  readPipelines,
])
export const usersSchema = z.union([
  z.array(z.strictObject({ id: z.string().min(1), name: z.string().min(1), email: z.email().optional() })),
  readUsers,
])
export type PipelinesSettings = z.infer<typeof pipelinesSchema>
export type UsersSettings = z.infer<typeof usersSchema>
