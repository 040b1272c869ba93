import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import { idParams, idSchema, momentSchema, pageOf, pageQuery } from '../platform/http/schemas.ts'

const faultsSchema = z.array(z.object({ path: z.string(), message: z.string() }))

const draftSchema = z
  .record(z.string(), z.unknown())
  .describe('A flow as `GET /flow-schema` describes it. It may be incomplete; only publishing checks what it means.')

const flow = {
  id: z.int(),
  name: z.string(),
  revision: z.int().describe('Grows with each change of the draft; a change of an older one is refused.'),
  createdAt: momentSchema,
  updatedAt: momentSchema,
}

export const flowAnswer = z
  .object({ ...flow, published: z.boolean(), draft: z.record(z.string(), z.unknown()) })
  .meta({ id: 'Flow' })

const summaryAnswer = z
  .object({ ...flow, liveVersion: z.int().nullable().describe('The version that new runs begin on.') })
  .meta({ id: 'FlowSummary' })

const versionAnswer = z.object({ number: z.int(), publishedAt: momentSchema }).meta({ id: 'FlowVersion' })

const revisionSchema = z.int().min(1).optional().describe('The revision that was seen; a newer one is a conflict.')

const flows = { tag: 'flows' } as const

export const getFlows = operation({
  ...flows,
  id: 'listFlows',
  method: 'get',
  path: '/flows',
  summary: 'Lists the flows, the oldest first',
  access: 'read',
  query: pageQuery,
  answer: pageOf(summaryAnswer),
})

export const postFlow = operation({
  ...flows,
  id: 'createFlow',
  method: 'post',
  path: '/flows',
  summary: 'Makes a flow with a draft',
  access: 'admin',
  body: z.strictObject({ draft: draftSchema }),
  maxBody: 4_194_304,
  answer: flowAnswer,
  status: 201,
})

export const getFlowById = operation({
  ...flows,
  id: 'readFlow',
  method: 'get',
  path: '/flows/{id}',
  summary: 'Reads a flow with its draft',
  access: 'read',
  params: idParams,
  answer: flowAnswer,
})

export const putFlow = operation({
  ...flows,
  id: 'saveFlow',
  method: 'put',
  path: '/flows/{id}',
  summary: 'Replaces the draft of a flow',
  access: 'admin',
  params: idParams,
  body: z.strictObject({ draft: draftSchema, revision: revisionSchema }),
  maxBody: 4_194_304,
  answer: flowAnswer,
})

export const removeFlow = operation({
  ...flows,
  id: 'deleteFlow',
  method: 'delete',
  path: '/flows/{id}',
  summary: 'Removes a flow that is not published, with its versions and runs',
  access: 'admin',
  params: idParams,
})

export const postCheck = operation({
  ...flows,
  id: 'checkFlow',
  method: 'post',
  path: '/flows/check',
  summary: 'Tells what keeps a draft from being published, without storing it',
  access: 'read',
  body: z.strictObject({ draft: draftSchema }),
  maxBody: 4_194_304,
  answer: z.object({ faults: faultsSchema, warnings: faultsSchema }),
})

export const postPublish = operation({
  ...flows,
  id: 'publishFlow',
  method: 'post',
  path: '/flows/{id}/publish',
  summary: 'Makes the draft what new runs begin on',
  description: 'Runs under way finish on their own version. A draft that is live already makes no new version.',
  access: 'admin',
  params: idParams,
  body: z.strictObject({ revision: revisionSchema }).default({}),
  answer: z.object({ flow: flowAnswer, version: versionAnswer, warnings: faultsSchema }),
})

export const postUnpublish = operation({
  ...flows,
  id: 'unpublishFlow',
  method: 'post',
  path: '/flows/{id}/unpublish',
  summary: 'Lets no new run begin; those under way finish',
  access: 'admin',
  params: idParams,
  answer: flowAnswer,
})

export const getVersions = operation({
  ...flows,
  id: 'listFlowVersions',
  method: 'get',
  path: '/flows/{id}/versions',
  summary: 'Lists the published versions of a flow, the newest first',
  access: 'read',
  params: idParams,
  query: pageQuery,
  answer: pageOf(versionAnswer),
})

const versionParams = z.object({ id: idSchema, number: idSchema })

export const getVersion = operation({
  ...flows,
  id: 'readFlowVersion',
  method: 'get',
  path: '/flows/{id}/versions/{number}',
  summary: 'Reads a published version of a flow',
  access: 'read',
  params: versionParams,
  answer: versionAnswer.extend({ graph: z.record(z.string(), z.unknown()) }).meta({ id: 'FlowVersionWithGraph' }),
})

export const postRestore = operation({
  ...flows,
  id: 'restoreFlowVersion',
  method: 'post',
  path: '/flows/{id}/versions/{number}/restore',
  summary: 'Takes a published version into the draft',
  access: 'admin',
  params: versionParams,
  body: z.strictObject({ revision: revisionSchema }).default({}),
  answer: flowAnswer,
})

export const getFlowSchema = operation({
  ...flows,
  id: 'readFlowSchema',
  method: 'get',
  path: '/flow-schema',
  summary: 'Reads the JSON Schema of a flow, with the options of every block',
  access: 'read',
  answer: z.record(z.string(), z.unknown()),
})

export const getBlockTypes = operation({
  ...flows,
  id: 'listBlockTypes',
  method: 'get',
  path: '/block-types',
  summary: 'Lists the blocks that a flow can be made of',
  access: 'read',
  answer: z.object({
    items: z.array(
      z.object({
        type: z.string(),
        summary: z.string(),
        kind: z.enum(['action', 'message']),
        options: z.record(z.string(), z.unknown()).describe('JSON Schema.'),
        example: z.record(z.string(), z.unknown()),
        outputs: z.array(z.string()).describe('Those of the example.'),
      }),
    ),
  }),
})

export const postCheckRequest = operation({
  ...flows,
  id: 'checkRequest',
  method: 'post',
  path: '/flows/check-request',
  summary: 'Performs an external request once for a chosen contact and tells what would be kept of the answer',
  description: 'It takes the same guarded way as in a flow. Nothing is kept; values of secrets are masked.',
  access: 'admin',
  body: z.strictObject({
    options: z.record(z.string(), z.unknown()).describe('The options of an external request block.'),
    contactId: z.int().optional(),
    dealId: z.int().optional(),
    variables: z.record(z.string(), z.unknown()).default({}).describe('What the run would know by then.'),
  }),
  answer: z.object({
    request: z.object({
      method: z.string(),
      url: z.string(),
      headers: z.record(z.string(), z.string()),
      body: z.string().optional(),
      timeoutMs: z.number(),
      retries: z.int(),
    }),
    response: z
      .object({
        status: z.int(),
        headers: z.record(z.string(), z.string()),
        body: z.unknown(),
        durationMs: z.number(),
        attempts: z.int(),
      })
      .nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable().describe('Why there is no response.'),
    mapping: z.array(
      z.object({
        from: z.string(),
        to: z.string(),
        found: z.boolean().describe('Whether the answer had it; else the value is the fallback.'),
        value: z.unknown().optional(),
        error: z.string().optional(),
      }),
    ),
  }),
})
