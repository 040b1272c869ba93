import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import { idParams, idSchema, momentSchema, nullableMomentSchema, pageOf, pageQuery } from '../platform/http/schemas.ts'

const statusSchema = z.enum(['active', 'ended', 'stopped', 'failed'])

export const runAnswer = z
  .object({
    id: z.int(),
    flowId: z.int(),
    versionId: z.int(),
    contactId: z.int().nullable(),
    conversationId: z.int().nullable(),
    dealId: z.int().nullable(),
    status: statusSchema,
    branches: z
      .array(
        z.object({
          id: z.int(),
          kind: z
            .enum(['reply', 'pause', 'call'])
            .describe("What it waits for: the contact's reply, a moment, work outside."),
          block: z.string(),
          dueAt: z.string().optional(),
        }),
      )
      .describe('What the run waits for.'),
    variables: z.record(z.string(), z.unknown()),
    cause: z
      .object({
        trigger: z.record(z.string(), z.unknown()).describe('What its placeholders see as `trigger`.'),
        chain: z.object({
          depth: z.int().describe('How many flows started one another up to this run, itself included.'),
          since: z.string().describe('When the first change of the chain was made, ISO 8601.'),
        }),
      })
      .nullable()
      .describe('The change that began it; null when something else did.'),
    dueAt: nullableMomentSchema.describe('The earliest moment that it waits for.'),
    error: z.string().nullable(),
    startedAt: momentSchema,
    updatedAt: momentSchema,
    endedAt: nullableMomentSchema,
  })
  .meta({ id: 'Run' })

const stepAnswer = z
  .object({
    id: z.int(),
    blockId: z.string(),
    output: z.string().nullable(),
    input: z.unknown(),
    result: z.unknown(),
    error: z.string().nullable(),
    durationMs: z.int(),
    at: momentSchema,
  })
  .meta({ id: 'Step' })

const subject = {
  contactId: z.int().optional(),
  conversationId: z.int().optional().describe('A group conversation, instead of a contact.'),
}

const hasOneSubject = (input: { contactId?: number; conversationId?: number }) =>
  (input.contactId === undefined) !== (input.conversationId === undefined)

const oneSubject = { message: 'expected either contactId or conversationId', path: ['contactId'] }

const runs = { tag: 'runs' } as const

export const getRuns = operation({
  ...runs,
  id: 'listRuns',
  method: 'get',
  path: '/runs',
  summary: 'Lists runs, the newest first',
  access: 'read',
  query: pageQuery.extend({
    contactId: idSchema.optional(),
    conversationId: idSchema.optional(),
    flowId: idSchema.optional(),
    status: statusSchema.optional(),
  }),
  answer: pageOf(runAnswer),
})

export const postRun = operation({
  ...runs,
  id: 'startRun',
  method: 'post',
  path: '/runs',
  summary: 'Starts a published flow for a contact or a group conversation',
  description: 'It begins at the block that is named, else at the trigger `api`, else at the first trigger.',
  access: 'write',
  body: z
    .strictObject({
      flowId: z.int(),
      ...subject,
      block: z.string().optional().describe("A block's id."),
      variables: z.record(z.string(), z.unknown()).default({}),
      sendingChannel: z
        .string()
        .optional()
        .describe('The name of the channel that writes first when the contact has no conversation yet.'),
      key: z.string().min(1).max(200).optional().describe('A second start with the same key changes nothing.'),
    })
    .refine(hasOneSubject, oneSubject),
  answer: z.object({ accepted: z.literal(true) }),
  status: 202,
})

export const getRunById = operation({
  ...runs,
  id: 'readRun',
  method: 'get',
  path: '/runs/{id}',
  summary: 'Reads a run and what it waits for',
  access: 'read',
  params: idParams,
  answer: runAnswer,
})

export const getSteps = operation({
  ...runs,
  id: 'listSteps',
  method: 'get',
  path: '/runs/{id}/steps',
  summary: 'Lists the steps of a run in order; values of secrets are masked',
  access: 'read',
  params: idParams,
  query: pageQuery,
  answer: pageOf(stepAnswer),
})

export const postStop = operation({
  ...runs,
  id: 'stopRun',
  method: 'post',
  path: '/runs/{id}/stop',
  summary: 'Ends a run',
  access: 'write',
  params: idParams,
  answer: z.object({ accepted: z.literal(true) }),
  status: 202,
})

export const postLift = operation({
  ...runs,
  id: 'liftFlowBlock',
  method: 'post',
  path: '/flows/{id}/lift-block',
  summary: 'Lets somebody start and move a flow again in which a block kept them out',
  access: 'write',
  params: idParams,
  body: z.strictObject(subject).refine(hasOneSubject, oneSubject),
})
