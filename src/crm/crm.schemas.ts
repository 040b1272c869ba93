import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import { idParams, idSchema, momentSchema, pageOf, pageQuery } from '../platform/http/schemas.ts'
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
