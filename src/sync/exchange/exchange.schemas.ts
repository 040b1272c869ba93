import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import {
  idParams,
  idSchema,
  momentSchema,
  nullableMomentSchema,
  pageOf,
  pageQuery,
} from '../../platform/http/schemas.ts'

const entitySchema = z.enum(['contact', 'deal', 'note', 'task'])
const mappedSchema = z.enum(['contact', 'deal'])
const pushStatus = z.enum(['pending', 'working', 'done', 'dead'])
const pushParams = z.object({ id: idSchema, pushId: idSchema })
const integrations = { tag: 'integrations' } as const

const progressAnswer = z
  .object({
    waiting: z.int().describe('Pushes that wait for their turn or their next attempt.'),
    working: z.int(),
    done: z.int().describe('As far as the history reaches.'),
    dead: z.int().describe('Given up; their errors say why, and they can be tried again.'),
    heard: z.int().describe('Things there that changed and are still to be read.'),
    waitingSince: nullableMomentSchema.describe('Since when the oldest push waits.'),
    perMinute: z.number().describe('Pushes done a minute, of late.'),
    expectedEnd: nullableMomentSchema.describe(
      'When nothing waits any more at this rate; null when nothing waits or moves.',
    ),
  })
  .meta({ id: 'ExchangeProgress' })

const pushAnswer = z
  .object({
    id: z.int(),
    entity: entitySchema,
    subjectId: z.int().describe('The number of our contact, deal, note or task.'),
    key: z.string().nullable().describe('Names what asked for it; null when a change did.'),
    wanted: z.unknown().describe('What a flow wants beyond what the mapping says.'),
    status: pushStatus,
    attempts: z.int(),
    dueAt: momentSchema.describe('When it is tried (again), while it is not over.'),
    doubtful: z.boolean().describe('An answer was lost; before anything is made again it is looked for.'),
    error: z.string().nullable(),
    errorCode: z.string().nullable(),
    result: z
      .object({ contactId: z.string().optional(), dealId: z.string().optional() })
      .nullable()
      .describe('The ids there.'),
    createdAt: momentSchema,
    finishedAt: nullableMomentSchema,
  })
  .meta({ id: 'CrmPush' })

const linkAnswer = z
  .object({
    id: z.int(),
    entity: entitySchema,
    subjectId: z.int().describe('The number of our contact, deal, note or task.'),
    externalId: z.string().describe('Its id there.'),
    theirsUpdatedAt: nullableMomentSchema.describe('When it was changed last there, as far as we know.'),
    createdAt: momentSchema,
    updatedAt: momentSchema.describe('When both were last brought together.'),
  })
  .meta({ id: 'CrmLink' })

const momentInput = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .optional()
  .meta({ type: 'string', format: 'date-time' })

const replayed = z.object({ replayed: z.int().describe('How many are tried again.') })

export const getExchangeProgress = operation({
  ...integrations,
  id: 'readExchangeProgress',
  method: 'get',
  path: '/integrations/{id}/progress',
  summary: 'Tells how far an integration is with what is to be told and read',
  access: 'read',
  params: idParams,
  answer: progressAnswer,
})

export const getPushes = operation({
  ...integrations,
  id: 'listPushes',
  method: 'get',
  path: '/integrations/{id}/pushes',
  summary: 'Lists what another CRM is or was to be told, with errors, the newest first',
  access: 'read',
  params: idParams,
  query: pageQuery.extend({
    status: pushStatus.optional(),
    entity: entitySchema.optional(),
    subjectId: idSchema.optional(),
  }),
  answer: pageOf(pushAnswer),
})

export const getPushById = operation({
  ...integrations,
  id: 'readPush',
  method: 'get',
  path: '/integrations/{id}/pushes/{pushId}',
  summary: 'Reads what another CRM is or was to be told',
  access: 'read',
  params: pushParams,
  answer: pushAnswer,
})

export const postPushReplay = operation({
  ...integrations,
  id: 'replayPush',
  method: 'post',
  path: '/integrations/{id}/pushes/{pushId}/replay',
  summary: 'Tries a push again that is over',
  access: 'write',
  params: pushParams,
  answer: replayed,
  status: 202,
})

export const postPushesReplay = operation({
  ...integrations,
  id: 'replayPushes',
  method: 'post',
  path: '/integrations/{id}/replay',
  summary: 'Tries all dead pushes of an integration again, or those made in a range of time',
  access: 'write',
  params: idParams,
  body: z.strictObject({ from: momentInput, to: momentInput }).default({}),
  answer: replayed,
  status: 202,
})

const chosen = z.union([z.literal('all'), z.array(z.int().min(1)).min(1).max(10_000)]).optional()

export const postPush = operation({
  ...integrations,
  id: 'pushToIntegration',
  method: 'post',
  path: '/integrations/{id}/push',
  summary: 'Sends deals, each with its contact, and contacts to another CRM, for a first filling or again',
  description: 'What is there already is brought up to date; nothing is made twice. Follow it by its progress.',
  access: 'admin',
  params: idParams,
  body: z.strictObject({ deals: chosen, contacts: chosen }),
  answer: z.object({ queued: z.int().describe('How many pushes wait now because of it.') }),
  status: 202,
})

export const getLinks = operation({
  ...integrations,
  id: 'listLinks',
  method: 'get',
  path: '/integrations/{id}/links',
  summary: 'Lists what of ours stands in another CRM, under which id, the newest first',
  access: 'read',
  params: idParams,
  query: pageQuery.extend({
    entity: entitySchema.optional(),
    subjectId: idSchema.optional(),
    externalId: z.string().max(500).optional(),
  }),
  answer: pageOf(linkAnswer),
})

export const putLink = operation({
  ...integrations,
  id: 'linkByHand',
  method: 'put',
  path: '/integrations/{id}/links',
  summary: 'Says that a contact or deal of ours is one that stands in another CRM; both are brought together',
  access: 'write',
  params: idParams,
  body: z.strictObject({
    entity: mappedSchema,
    subjectId: z.int().min(1),
    externalId: z.string().trim().min(1).max(200),
  }),
  answer: linkAnswer,
})

export const removeLink = operation({
  ...integrations,
  id: 'unlinkByHand',
  method: 'delete',
  path: '/integrations/{id}/links/{linkId}',
  summary: 'Says that something of ours is not what it was in another CRM; both stay as they are',
  access: 'write',
  params: z.object({ id: idSchema, linkId: idSchema }),
})
