import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import { idParams, idSchema, momentSchema, pageOf, pageQuery } from '../platform/http/schemas.ts'
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
  summary: 'Moves a deal to a stage of its spot',
  access: 'write',
  params: idParams,
  body: z.strictObject({
    stage: z.string().min(1).describe('The name of the stage.'),
    pipeline: z.string().min(1).optional().describe('The name of a pipeline; the one it is in when absent.'),
  }),
  answer: dealSchema,
})

export const getMoves = operation({
  ...crm,
  id: 'listMoves',
  method: 'get',
  path: '/deals/{id}/moves',
  summary: 'Lists the stages that a deal went through, in order',
  access: 'read',
  params: idParams,
  answer: z.object({
    items: z.array(z.object({ fromStageId: z.int().nullable(), toStageId: z.int(), at: momentSchema })),
  }),
})
