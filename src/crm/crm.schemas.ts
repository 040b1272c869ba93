import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import { idParams, idSchema, momentSchema, pageOf, pageQuery } from '../platform/http/schemas.ts'
import { dealFieldsSchema, newDealSchema } from './create-deal.ts'
import { newPipelineSchema } from './create-pipeline.ts'
import { nameSchema, spotSchema } from './create-spot.ts'
import { newStageSchema, stageTypes } from './stage.ts'
import { stageUpdateSchema } from './update-stage.ts'

const spotAnswer = z.object({ id: z.int(), name: z.string(), createdAt: momentSchema }).meta({ id: 'Spot' })

const stageAnswer = z
  .object({
    id: z.int(),
    pipelineId: z.int(),
    name: z.string(),
    position: z.int(),
    type: z.enum(stageTypes),
    color: z.string(),
  })
  .meta({ id: 'Stage' })

const pipelineAnswer = z
  .object({ id: z.int(), spotId: z.int(), name: z.string(), createdAt: momentSchema, stages: z.array(stageAnswer) })
  .meta({ id: 'Pipeline' })

const boardAnswer = z
  .object({
    id: z.int(),
    name: z.string(),
    stages: z.array(
      stageAnswer.extend({
        deals: z.int().describe('How many deals stand here.'),
        sums: z.array(z.object({ currency: z.string().nullable(), budget: z.number() })),
      }),
    ),
  })
  .meta({ id: 'Board' })

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

export const getSpots = operation({
  ...crm,
  id: 'listSpots',
  method: 'get',
  path: '/spots',
  summary: 'Lists the points of sale',
  access: 'read',
  query: pageQuery,
  answer: pageOf(spotAnswer),
})

export const postSpot = operation({
  ...crm,
  id: 'createSpot',
  method: 'post',
  path: '/spots',
  summary: 'Makes a point of sale',
  access: 'admin',
  body: spotSchema,
  answer: spotAnswer,
  status: 201,
})

export const patchSpot = operation({
  ...crm,
  id: 'updateSpot',
  method: 'patch',
  path: '/spots/{id}',
  summary: 'Renames a point of sale',
  access: 'admin',
  params: idParams,
  body: spotSchema,
  answer: spotAnswer,
})

export const removeSpot = operation({
  ...crm,
  id: 'deleteSpot',
  method: 'delete',
  path: '/spots/{id}',
  summary: 'Removes a point of sale in which no deal stands',
  access: 'admin',
  params: idParams,
})

export const getPipelines = operation({
  ...crm,
  id: 'listPipelines',
  method: 'get',
  path: '/pipelines',
  summary: 'Lists the pipelines with their stages',
  access: 'read',
  query: pageQuery.extend({ spotId: idSchema.optional() }),
  answer: pageOf(pipelineAnswer),
})

export const postPipeline = operation({
  ...crm,
  id: 'createPipeline',
  method: 'post',
  path: '/pipelines',
  summary: 'Makes a pipeline with its stages',
  access: 'admin',
  body: newPipelineSchema,
  answer: pipelineAnswer,
  status: 201,
})

export const getPipelineById = operation({
  ...crm,
  id: 'readPipeline',
  method: 'get',
  path: '/pipelines/{id}',
  summary: 'Reads a pipeline with its stages',
  access: 'read',
  params: idParams,
  answer: pipelineAnswer,
})

export const patchPipeline = operation({
  ...crm,
  id: 'updatePipeline',
  method: 'patch',
  path: '/pipelines/{id}',
  summary: 'Renames a pipeline',
  access: 'admin',
  params: idParams,
  body: z.strictObject({ name: nameSchema }),
  answer: pipelineAnswer,
})

export const removePipeline = operation({
  ...crm,
  id: 'deletePipeline',
  method: 'delete',
  path: '/pipelines/{id}',
  summary: 'Removes a pipeline in which no deal stands',
  access: 'admin',
  params: idParams,
})

export const getBoard = operation({
  ...crm,
  id: 'readBoard',
  method: 'get',
  path: '/pipelines/{id}/board',
  summary: 'Counts and sums the deals of each stage of a pipeline',
  access: 'read',
  params: idParams,
  answer: boardAnswer,
})

export const postStage = operation({
  ...crm,
  id: 'createStage',
  method: 'post',
  path: '/pipelines/{id}/stages',
  summary: 'Adds a stage to a pipeline',
  access: 'admin',
  params: idParams,
  body: newStageSchema.extend({
    position: z.int().min(1).optional().describe('After the last open stage when absent.'),
  }),
  answer: stageAnswer,
  status: 201,
})

export const patchStage = operation({
  ...crm,
  id: 'updateStage',
  method: 'patch',
  path: '/stages/{id}',
  summary: "Changes a stage's name, colour or place",
  access: 'admin',
  params: idParams,
  body: stageUpdateSchema,
  answer: stageAnswer,
})

export const removeStage = operation({
  ...crm,
  id: 'deleteStage',
  method: 'delete',
  path: '/stages/{id}',
  summary: 'Removes a stage in which no deal stands',
  access: 'admin',
  params: idParams,
})

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
