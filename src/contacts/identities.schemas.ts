import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import { idParams } from '../platform/http/schemas.ts'
import { contactSchema } from './contacts.schemas.ts'

const kindSchema = z.string().min(1).max(40).describe('`phone`, `email`, or as its channel names it.')

export const postIdentity = operation({
  id: 'addIdentity',
  tag: 'contacts',
  method: 'post',
  path: '/contacts/{id}/identities',
  summary: 'Gives a contact a further phone, e-mail or identity of a channel, or makes one of them the first',
  description:
    'The first phone and the first e-mail stand for the contact in its fields. What belongs to another contact is refused ' +
    'with 409, which names that contact.',
  access: 'write',
  params: idParams,
  body: z.strictObject({
    kind: kindSchema,
    value: z.string().min(1).max(500).describe('A phone in any usual spelling.'),
    first: z.boolean().optional().describe('Makes this phone or e-mail the first, also one that the contact has.'),
  }),
  answer: contactSchema,
  status: 201,
})

export const removeIdentity = operation({
  id: 'removeIdentity',
  tag: 'contacts',
  method: 'delete',
  path: '/contacts/{id}/identities/{kind}/{value}',
  summary: 'Takes a phone, e-mail or identity of a channel from a contact',
  description: 'In place of the first phone or e-mail comes the oldest of the others.',
  access: 'write',
  params: idParams.extend({ kind: kindSchema, value: z.string().min(1).max(500) }),
  answer: contactSchema,
})
