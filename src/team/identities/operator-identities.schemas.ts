import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import { idParams, momentSchema } from '../../platform/http/schemas.ts'

const kindSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'expected a kind of identity such as phone')
  .describe('`phone`, `email`, or as its channel names it.')
const valueSchema = z.string().trim().min(1).max(500)

export const operatorIdentitySchema = z
  .object({ kind: z.string(), value: z.string(), linkedAt: momentSchema })
  .meta({ id: 'OperatorIdentity' })

export const getIdentities = operation({
  id: 'listOperatorIdentities',
  tag: 'team',
  method: 'get',
  path: '/operators/{id}/identities',
  summary: 'Lists the accounts by which channels recognise an operator, the oldest first',
  access: 'read',
  params: idParams,
  answer: z.object({ items: z.array(operatorIdentitySchema) }),
})

export const postIdentity = operation({
  id: 'linkOperatorIdentity',
  tag: 'team',
  method: 'post',
  path: '/operators/{id}/identities',
  summary: 'Lets channels recognise an operator by an account',
  description:
    'What is written from it in a group is the operator’s, and no contact is made for it. An account of another operator is ' +
    'refused with 409.',
  access: 'admin',
  params: idParams,
  body: z.strictObject({ kind: kindSchema, value: valueSchema.describe('A phone in any usual spelling.') }),
  answer: operatorIdentitySchema,
  status: 201,
})

export const removeIdentity = operation({
  id: 'unlinkOperatorIdentity',
  tag: 'team',
  method: 'delete',
  path: '/operators/{id}/identities/{kind}/{value}',
  summary: 'Takes an account from an operator',
  access: 'admin',
  params: idParams.extend({ kind: kindSchema, value: valueSchema }),
})

export const postLinkCode = operation({
  id: 'createLinkCode',
  tag: 'team',
  method: 'post',
  path: '/operators/{id}/link-codes',
  summary: 'Makes a code that links the account from which the operator sends it',
  description:
    'It counts once, within 15 minutes, and takes the place of an earlier one. It is in this answer only; afterwards only its hash is known.',
  access: 'admin',
  params: idParams,
  answer: z.object({ code: z.string(), expiresAt: momentSchema }).meta({ id: 'LinkCode' }),
  status: 201,
})
