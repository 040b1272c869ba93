import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import { idParams, idSchema, momentSchema, nullableMomentSchema, pageOf, pageQuery } from '../platform/http/schemas.ts'
import { dealFieldsSchema, newDealSchema } from './create-deal.ts'
import { nameSchema } from './create-spot.ts'
import { stageTypes } from './stage.ts'

const dealStatus = z.enum(['unprocessed', 'active', 'success', 'fail', 'archived'])
const named = { id: z.int(), name: z.string() }

export const dealSchema = z
  .object({
    id: z.int(),
    number: z.int().describe('Counts up within the project; what people call the deal by.'),
    name: z.string(),
    budget: z.number().nullable(),
    currency: z.string().nullable(),
    description: z.string().nullable(),
    variables: z.record(z.string(), z.unknown()),
    contactId: z.int(),
    conversationId: z.int().nullable(),
    spot: z.object(named),
    pipeline: z.object(named),
    stage: z.object({ ...named, type: z.enum(stageTypes) }),
    responsibleId: z.int().nullable(),
    status: dealStatus,
    manual: z.boolean().describe('It waits for a person.'),
    version: z.int().describe('Grows with each change: of two states the greater is the newer.'),
    createdAt: momentSchema,
    updatedAt: momentSchema,
  })
  .meta({ id: 'Deal' })

const crm = { tag: 'crm' } as const

const variables = z
  .record(z.string(), z.unknown())
  .optional()
  .describe('Values of any kind by name; null takes one away.')

export const getDeals = operation({
  ...crm,
  id: 'listDeals',
  method: 'get',
  path: '/deals',
  summary: 'Lists deals, the newest first',
  access: 'read',
  query: pageQuery.extend({
    contactId: idSchema.optional(),
    pipelineId: idSchema.optional(),
    stageId: idSchema.optional(),
    status: dealStatus.optional(),
    responsibleId: idSchema.optional(),
    variable: z.string().max(64).optional().describe('The name of a variable of the deal that holds `value`.'),
    value: z.string().max(1000).optional().describe('What the variable holds: `5` finds the number and the text.'),
    search: z.string().max(200).optional().describe('A part of the name, or the number.'),
  }),
  answer: pageOf(dealSchema),
})

export const postDeal = operation({
  ...crm,
  id: 'createDeal',
  method: 'post',
  path: '/deals',
  summary: 'Makes a deal of a contact',
  access: 'write',
  body: newDealSchema.extend({ variables }),
  answer: dealSchema,
  status: 201,
})

export const getDealById = operation({
  ...crm,
  id: 'readDeal',
  method: 'get',
  path: '/deals/{id}',
  summary: 'Reads a deal',
  access: 'read',
  params: idParams,
  answer: dealSchema,
})

export const patchDeal = operation({
  ...crm,
  id: 'updateDeal',
  method: 'patch',
  path: '/deals/{id}',
  summary: 'Changes what is given of a deal; variables are merged into those it has',
  access: 'write',
  params: idParams,
  body: z.strictObject({
    ...dealFieldsSchema,
    variables,
    name: nameSchema.optional(),
    conversationId: z.int().nullable().optional(),
    manual: z.boolean().optional(),
  }),
  answer: dealSchema,
})

export const postMove = operation({
  ...crm,
  id: 'moveDeal',
  method: 'post',
  path: '/deals/{id}/move',
  summary: 'Moves a deal to a stage',
  access: 'write',
  params: idParams,
  body: z.union([
    z.strictObject({
      stage: z.string().min(1).describe('The name of a stage of its spot.'),
      pipeline: z.string().min(1).optional().describe('The name of a pipeline; the one it is in when absent.'),
    }),
    z.strictObject({ stageId: z.int().describe('The number of a stage of any pipeline and spot.') }),
    z.strictObject({ next: z.literal(true).describe('To the stage that follows in its pipeline.') }),
  ]),
  answer: dealSchema,
})

export const postStatus = operation({
  ...crm,
  id: 'setDealStatus',
  method: 'post',
  path: '/deals/{id}/status',
  summary: 'Moves a deal to the first stage of its pipeline that means a status',
  access: 'write',
  params: idParams,
  body: z.strictObject({ status: dealStatus }),
  answer: dealSchema,
})

export const removeDeal = operation({
  ...crm,
  id: 'deleteDeal',
  method: 'delete',
  path: '/deals/{id}',
  summary: 'Removes a deal; its tasks and notes stay with the contact',
  access: 'write',
  params: idParams,
})

export const getMoves = operation({
  ...crm,
  id: 'listMoves',
  method: 'get',
  path: '/deals/{id}/moves',
  summary: 'Lists the stages that a deal went through, in order, with the time spent in each',
  access: 'read',
  params: idParams,
  answer: z.object({
    items: z.array(
      z.object({
        fromStageId: z.int().nullable(),
        toStageId: z.int(),
        stage: z
          .string()
          .nullable()
          .describe('The name of the stage that was entered; null when it was removed since.'),
        at: momentSchema,
        leftAt: nullableMomentSchema.describe('Null while the deal stands there.'),
        seconds: z.int().describe('How long it stood there, until now if it still does.'),
      }),
    ),
    totals: z
      .array(z.object({ stageId: z.int(), stage: z.string().nullable(), seconds: z.int() }))
      .describe('The time by stage over all its stays, the longest first.'),
  }),
})
