import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import { idParams, momentSchema, pageOf, pageQuery } from '../../platform/http/schemas.ts'
import { newPostbackSchema } from './create-postback.ts'
import { postbackUpdateSchema } from './update-postback.ts'

const postbackAnswer = z
  .object({
    id: z.int(),
    name: z.string(),
    url: z
      .string()
      .nullable()
      .describe('Where the caller sends to; its token is the key. Null unless asked with admin access.'),
    mapping: z.object({
      fields: z.array(z.object({ from: z.string(), to: z.string(), fallback: z.string().optional() })),
      findBy: z.array(z.string()),
    }),
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
        status: z.int(),
        error: z.string().nullable(),
        at: momentSchema,
      })
      .meta({ id: 'PostbackCall' }),
  ),
})
