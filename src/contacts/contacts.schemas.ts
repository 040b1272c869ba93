import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import { idParams, momentSchema, nullableMomentSchema, pageOf, pageQuery } from '../platform/http/schemas.ts'
import { blockPresets } from './block-until.ts'

const identitySchema = z.strictObject({
  kind: z.string().min(1).describe('Named by the channel: `phone`, `email`, `webchat` …'),
  value: z.string().min(1),
})

const expectedEnd = `expected ${blockPresets.map((preset) => `"${preset}"`).join(', ')} or a moment such as 2026-12-24T18:00:00Z`

const attributesSchema = z.record(z.string(), z.unknown()).describe('Custom fields by name; null takes a value away.')

/** The contact's own fields as a call gives them; what they must look like is checked where they are stored. */
const fields = {
  firstName: z.string().nullable().optional(),
  lastName: z.string().nullable().optional(),
  username: z.string().nullable().optional(),
  phone: z.string().nullable().optional().describe('In any usual spelling; kept as E.164.'),
  email: z.string().nullable().optional(),
  country: z.string().nullable().optional().describe('ISO 3166-1 alpha-2.'),
  language: z.string().nullable().optional().describe('BCP 47.'),
  timeZone: z.string().nullable().optional().describe("IANA; the project's counts when absent."),
  trafficSource: z.string().nullable().optional(),
  picture: z.string().nullable().optional().describe('The address of a picture.'),
}

export const contactSchema = z
  .object({
    id: z.int(),
    name: z.string().describe('What people call the contact: the name, or whatever else is known.'),
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    username: z.string().nullable(),
    phone: z.string().nullable(),
    email: z.string().nullable(),
    country: z.string().nullable(),
    language: z.string().nullable(),
    timeZone: z.string().nullable(),
    trafficSource: z.string().nullable(),
    picture: z.string().nullable(),
    responsibleId: z.int().nullable(),
    attributes: z.record(z.string(), z.unknown()),
    labels: z.array(z.string()),
    identities: z.array(z.object({ kind: z.string(), value: z.string() })),
    blocked: z
      .object({
        since: nullableMomentSchema,
        until: nullableMomentSchema,
        reason: z.string().nullable(),
        operatorId: z.int().nullable().describe('Who did it; null when a flow did.'),
        messages: z.int().describe('How many messages were kept back so far.'),
      })
      .nullable()
      .describe('Null while the contact is not kept out; `until` null means without end.'),
    lastActivityAt: nullableMomentSchema,
    createdAt: momentSchema,
    updatedAt: momentSchema,
  })
  .meta({ id: 'Contact' })

export const noteSchema = z
  .object({
    id: z.int(),
    contactId: z.int(),
    conversationId: z.int().nullable(),
    dealId: z.int().nullable(),
    operatorId: z.int().nullable().describe('Null when a flow wrote it.'),
    text: z.string(),
    createdAt: momentSchema,
    updatedAt: nullableMomentSchema.describe('When its text was changed last.'),
  })
  .meta({ id: 'Note' })

const typeSchema = z.enum([
  'text',
  'number',
  'date',
  'datetime',
  'choice',
  'choices',
  'boolean',
  'phone',
  'email',
  'link',
])

export const attributeSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    title: z.string(),
    type: typeSchema,
    choices: z.array(z.string()).nullable(),
    createdAt: momentSchema,
  })
  .meta({ id: 'Attribute' })

export const postContact = operation({
  id: 'createContact',
  tag: 'contacts',
  method: 'post',
  path: '/contacts',
  summary: 'Makes a contact',
  access: 'write',
  body: z.strictObject({
    ...fields,
    attributes: attributesSchema.optional(),
    labels: z.array(z.string()).max(100).optional(),
    identities: z.array(identitySchema).max(50).optional().describe('Phone and e-mail need not be repeated here.'),
  }),
  answer: contactSchema,
  status: 201,
})

export const getContactById = operation({
  id: 'readContact',
  tag: 'contacts',
  method: 'get',
  path: '/contacts/{id}',
  summary: 'Reads a contact',
  access: 'read',
  params: idParams,
  answer: contactSchema,
})

export const patchContact = operation({
  id: 'updateContact',
  tag: 'contacts',
  method: 'patch',
  path: '/contacts/{id}',
  summary: 'Changes what is given of a contact; null takes a value away',
  access: 'write',
  params: idParams,
  body: z.strictObject({
    ...fields,
    attributes: attributesSchema.optional(),
    responsibleId: z.int().nullable().optional().describe('The operator who looks after the contact.'),
  }),
  answer: contactSchema,
})

export const postLabels = operation({
  id: 'changeLabels',
  tag: 'contacts',
  method: 'post',
  path: '/contacts/{id}/labels',
  summary: 'Puts labels on a contact and takes others off',
  access: 'write',
  params: idParams,
  body: z.strictObject({
    add: z.array(z.string()).max(100).default([]),
    remove: z.array(z.string()).max(100).default([]),
  }),
  answer: contactSchema,
})

export const postBlock = operation({
  id: 'blockContact',
  tag: 'contacts',
  method: 'post',
  path: '/contacts/{id}/block',
  summary: 'Keeps a contact out: what they write is counted, and shown to nobody',
  description:
    'Neither operators nor flows nor webhooks get to know the messages of a blocked contact. `GET /conversations/{id}/messages?hidden=true` shows them. You can still write. The block ends by itself.',
  access: 'write',
  params: idParams,
  body: z.strictObject({
    until: z
      .union([
        z.enum(blockPresets, { error: expectedEnd }),
        z.iso.datetime({ offset: true, error: expectedEnd }).transform((text) => new Date(text)),
      ])
      .nullable()
      .optional()
      .meta({
        description: `A moment with its offset, or one of ${blockPresets.map((preset) => `\`${preset}\``).join(', ')}. \`hour\` is an hour from now; the next three end at midnight in the project's time zone, where the next day, the next Monday or the first of the next month begins. Without end when absent.`,
        anyOf: [{ enum: [...blockPresets] }, { type: 'string', format: 'date-time' }, { type: 'null' }],
      }),
    reason: z.string().max(1000).nullable().optional(),
  }),
  answer: contactSchema,
})

export const postUnblock = operation({
  id: 'unblockContact',
  tag: 'contacts',
  method: 'post',
  path: '/contacts/{id}/unblock',
  summary: 'Lets a contact in again',
  access: 'write',
  params: idParams,
  answer: contactSchema,
})

export const getNotes = operation({
  id: 'listNotes',
  tag: 'contacts',
  method: 'get',
  path: '/contacts/{id}/notes',
  summary: 'Lists what was written about a contact, the newest first',
  access: 'read',
  params: idParams,
  query: pageQuery,
  answer: pageOf(noteSchema),
})

export const postNote = operation({
  id: 'addNote',
  tag: 'contacts',
  method: 'post',
  path: '/contacts/{id}/notes',
  summary: 'Writes something down about a contact',
  access: 'write',
  params: idParams,
  body: z.strictObject({ text: z.string(), conversationId: z.int().optional(), dealId: z.int().optional() }),
  answer: noteSchema,
  status: 201,
})

export const getAttributes = operation({
  id: 'listAttributes',
  tag: 'contacts',
  method: 'get',
  path: '/attributes',
  summary: 'Lists the custom fields of contacts, the oldest first',
  access: 'read',
  query: pageQuery,
  answer: pageOf(attributeSchema),
})

export const postAttribute = operation({
  id: 'createAttribute',
  tag: 'contacts',
  method: 'post',
  path: '/attributes',
  summary: 'Defines a custom field of contacts',
  access: 'admin',
  body: z.strictObject({
    name: z.string().describe('As placeholders use it: `{{ contact.NAME }}`.'),
    title: z.string().optional().describe('What people call it; the name when absent.'),
    type: typeSchema,
    choices: z.array(z.string()).optional().describe('Only and always of the types choice and choices.'),
  }),
  answer: attributeSchema,
  status: 201,
})

export const patchAttribute = operation({
  id: 'updateAttribute',
  tag: 'contacts',
  method: 'patch',
  path: '/attributes/{id}',
  summary: 'Changes how a custom field is called and what can be chosen',
  access: 'admin',
  params: idParams,
  body: z.strictObject({ title: z.string().optional(), choices: z.array(z.string()).optional() }),
  answer: attributeSchema,
})

export const removeAttribute = operation({
  id: 'deleteAttribute',
  tag: 'contacts',
  method: 'delete',
  path: '/attributes/{id}',
  summary: 'Removes a custom field and its values from all contacts',
  access: 'admin',
  params: idParams,
})
