import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import { idParams, momentSchema, pageOf, pageQuery } from '../../platform/http/schemas.ts'
import { newPostbackSchema } from './create-postback.ts'
import { postbackMappingSchema } from './postback.ts'
import { postbackAuthSchema } from './postback-auth.ts'
import { postbackPreviewSchema } from './preview-postback.ts'
import { postbackUpdateSchema } from './update-postback.ts'

const postbackAnswer = z
  .object({
    id: z.int(),
    name: z.string(),
    url: z
      .string()
      .nullable()
      .describe('Where the caller sends to; its token is the key. Null unless asked with admin access.'),
    mapping: postbackMappingSchema
      .nullable()
      .describe('Null while it only listens: bodies are kept as samples, and nothing is done.'),
    auth: postbackAuthSchema
      .nullable()
      .describe('What a caller has to show besides the token; the secret is not shown.'),
    flow: z.string().nullable(),
    block: z.string().nullable(),
    sendingChannel: z.string().nullable(),
    enabled: z.boolean(),
    createdAt: momentSchema,
    updatedAt: momentSchema,
  })
  .meta({ id: 'Postback' })

const postbacks = { tag: 'postbacks' } as const

export const getPostbacks = operation({
  ...postbacks,
  id: 'listPostbacks',
  method: 'get',
  path: '/postbacks',
  summary: 'Lists the postbacks, the oldest first',
  access: 'read',
  query: pageQuery,
  answer: pageOf(postbackAnswer),
})

export const postPostback = operation({
  ...postbacks,
  id: 'createPostback',
  method: 'post',
  path: '/postbacks',
  summary: 'Makes an address that adds or updates contacts and may start a flow',
  access: 'admin',
  body: newPostbackSchema,
  answer: postbackAnswer,
  status: 201,
})

export const getPostbackById = operation({
  ...postbacks,
  id: 'readPostback',
  method: 'get',
  path: '/postbacks/{id}',
  summary: 'Reads a postback',
  access: 'read',
  params: idParams,
  answer: postbackAnswer,
})

export const patchPostback = operation({
  ...postbacks,
  id: 'updatePostback',
  method: 'patch',
  path: '/postbacks/{id}',
  summary: 'Changes what is given of a postback; its address stays',
  access: 'admin',
  params: idParams,
  body: postbackUpdateSchema,
  answer: postbackAnswer,
})

export const removePostback = operation({
  ...postbacks,
  id: 'deletePostback',
  method: 'delete',
  path: '/postbacks/{id}',
  summary: 'Removes a postback; its contacts stay',
  access: 'admin',
  params: idParams,
})

export const getCalls = operation({
  ...postbacks,
  id: 'listPostbackCalls',
  method: 'get',
  path: '/postbacks/{id}/calls',
  summary: 'Lists the last calls of a postback, the newest first',
  access: 'read',
  params: idParams,
  query: pageQuery,
  answer: pageOf(
    z
      .object({
        id: z.int(),
        idempotencyKey: z.string().nullable(),
        body: z.unknown(),
        contactId: z.int().nullable(),
        dealId: z.int().nullable(),
        status: z.int(),
        error: z.string().nullable(),
        at: momentSchema,
      })
      .meta({ id: 'PostbackCall' }),
  ),
})

export const getSample = operation({
  ...postbacks,
  id: 'readPostbackSample',
  method: 'get',
  path: '/postbacks/{id}/sample',
  summary: 'Lists the values of a body that came in, with the JSONPaths that name them and where they seem to belong',
  access: 'read',
  params: idParams,
  query: z.strictObject({
    call: z.coerce.number().int().optional().describe('The number of the call; the last one when absent.'),
  }),
  answer: z
    .object({
      callId: z.int(),
      at: momentSchema,
      body: z.unknown(),
      values: z.array(
        z.object({
          path: z.string(),
          value: z.unknown(),
          suggested: z.string().nullable().describe('A target of a mapping, each suggested once.'),
        }),
      ),
    })
    .meta({ id: 'PostbackSample' }),
})

const valueChanges = z.array(z.object({ name: z.string(), from: z.unknown(), to: z.unknown() }))

export const postPreview = operation({
  ...postbacks,
  id: 'previewPostback',
  method: 'post',
  path: '/postbacks/{id}/preview',
  summary:
    'Tells what a call would do by a mapping, saved or not, with the body of a call or a given one; nothing is written',
  access: 'admin',
  params: idParams,
  body: postbackPreviewSchema,
  answer: z
    .object({
      outcome: z.enum(['create', 'update', 'ignore', 'refuse']),
      error: z
        .object({
          code: z.string(),
          message: z.string(),
          faults: z.array(z.object({ path: z.string(), message: z.string() })),
        })
        .nullable(),
      found: z
        .array(z.object({ by: z.string(), contactId: z.int(), name: z.string() }))
        .describe('Which field finds whom; the first one counts.'),
      contactId: z.int().nullable().describe('Of a contact that is there.'),
      contact: valueChanges.describe('What would be set of the contact.'),
      identities: z.array(z.object({ kind: z.string(), value: z.string() })),
      deal: z
        .object({ dealId: z.int().nullable().describe('Null when one would be made.'), changes: valueChanges })
        .optional(),
      variables: z.record(z.string(), z.unknown()),
      flow: z.string().nullable(),
      warning: z.string().nullable(),
    })
    .meta({ id: 'PostbackPreview' }),
})
