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
import { contactSchema } from '../contacts.schemas.ts'
import { twinReasons } from '../twins/twin.ts'

const choiceSchema = z.enum(['survivor', 'second'])

const choicesSchema = z
  .record(z.string(), choiceSchema)
  .describe(
    "Whose value stays, by field: `firstName`, `responsibleId`, `attributes.city` …, `block`. Without a wish the survivor's, or the second's where the survivor has none.",
  )

const countsSchema = z
  .record(z.string(), z.int())
  .describe(
    'How many of what: `identities`, `conversations`, `messages`, `deals` …; what there is none of is left out.',
  )

const mergeSchema = z
  .object({
    id: z.int(),
    survivorId: z.int(),
    mergedId: z.int().describe('The contact that is gone; its number leads to the survivor.'),
    choices: z.record(z.string(), choiceSchema).describe('Whose value stayed, of the fields where both had one.'),
    at: momentSchema,
    undoneAt: nullableMomentSchema,
  })
  .meta({ id: 'ContactMerge' })

const tag = 'contacts'

export const postMergePreview = operation({
  id: 'previewMerge',
  tag,
  method: 'post',
  path: '/contacts/{id}/merge-preview',
  summary: 'Says what merging another contact into this one would do, and does nothing',
  access: 'read',
  params: idParams,
  body: z.strictObject({
    contactId: z.int().describe('The contact that would be gone.'),
    choices: choicesSchema.optional(),
  }),
  answer: z
    .object({
      survivor: contactSchema,
      second: contactSchema,
      fields: z.array(
        z.object({
          field: z.string(),
          survivor: z.unknown(),
          second: z.unknown(),
          choice: choiceSchema.describe('Whose value would stay.'),
          differs: z.boolean().describe('Both have a value, and not the same.'),
        }),
      ),
      labels: z.array(z.string()).describe("The survivor's labels afterwards: those of both."),
      has: z.object({ survivor: countsSchema, second: countsSchema }),
    })
    .meta({ id: 'MergePreview' }),
})

export const postMerge = operation({
  id: 'mergeContacts',
  tag,
  method: 'post',
  path: '/contacts/{id}/merge',
  summary: 'Merges another contact into this one',
  description:
    'Everything the other contact has goes to this one: identities, conversations with their messages, deals, tasks, notes, labels, runs. Its number leads here from then on, in every call. The merge can be undone.',
  access: 'write',
  params: idParams,
  body: z.strictObject({
    contactId: z.int().describe('The contact that is gone afterwards.'),
    choices: choicesSchema.optional(),
  }),
  answer: z.object({ merge: mergeSchema, contact: contactSchema }),
  status: 201,
})

export const getMerges = operation({
  id: 'listMerges',
  tag,
  method: 'get',
  path: '/merges',
  summary: 'Lists merges of contacts, the newest first',
  access: 'read',
  query: pageQuery.extend({
    contactId: idSchema.optional().describe('Only those by which this contact took in others.'),
  }),
  answer: pageOf(mergeSchema),
})

export const getUndoPreview = operation({
  id: 'previewUndoMerge',
  tag,
  method: 'get',
  path: '/merges/{id}/undo-preview',
  summary: 'Says what undoing a merge would do, and does nothing',
  access: 'read',
  params: idParams,
  answer: z
    .object({
      merge: mergeSchema,
      obstacle: z.string().nullable().describe('Why it cannot be undone now; null when it can.'),
      goes: countsSchema.describe('What would go back: what the contact had, and what came since by its identities.'),
      stays: countsSchema.describe('What came after the merge and would stay with the survivor.'),
    })
    .meta({ id: 'UndoPreview' }),
})

export const postUndo = operation({
  id: 'undoMerge',
  tag,
  method: 'post',
  path: '/merges/{id}/undo',
  summary: 'Parts two contacts that were merged',
  description:
    'Both get back what they had. What came after the merge goes with the identity it came by; what has none stays with the survivor, as do values and labels that were changed since. Of several merges of a contact the last is undone first.',
  access: 'write',
  params: idParams,
  answer: z.object({ merge: mergeSchema, survivor: contactSchema, restored: contactSchema }),
})

export const getLinks = operation({
  id: 'listLinkedContacts',
  tag,
  method: 'get',
  path: '/contacts/{id}/links',
  summary: 'Lists the other cards that are linked with a contact as one person',
  access: 'read',
  params: idParams,
  answer: z.object({ items: z.array(contactSchema) }),
})

export const postLink = operation({
  id: 'linkContacts',
  tag,
  method: 'post',
  path: '/contacts/{id}/links',
  summary: 'Links two cards as one person, without merging them',
  description: 'The cards that each of them is linked with belong to the person too.',
  access: 'write',
  params: idParams,
  body: z.strictObject({ contactId: z.int().describe('The other card.') }),
  answer: z.object({ items: z.array(contactSchema).describe('All other cards of the person.') }),
})

export const removeLink = operation({
  id: 'unlinkContact',
  tag,
  method: 'delete',
  path: '/contacts/{id}/links',
  summary: 'Takes a card out of the person it is linked to; the others stay linked',
  access: 'write',
  params: idParams,
})

const reasonSchema = z.enum(twinReasons)
const valueSchema = z
  .string()
  .describe('What they share: the last ten digits of a phone, an e-mail or a username in small letters.')

export const getTwinsOfContact = operation({
  id: 'suggestTwins',
  tag,
  method: 'get',
  path: '/contacts/{id}/twins',
  summary: 'Suggests contacts that are likely the same person as this one',
  description: 'They share a phone in whatever spelling, an e-mail or a username. Nothing is merged by itself.',
  access: 'read',
  params: idParams,
  answer: z.object({
    items: z.array(z.object({ contactId: z.int(), reason: reasonSchema, value: valueSchema }).meta({ id: 'Twin' })),
  }),
})

export const postDismissal = operation({
  id: 'dismissTwins',
  tag,
  method: 'post',
  path: '/contacts/{id}/twins/dismiss',
  summary: 'Says that two contacts are two persons: they are not suggested as twins again',
  access: 'write',
  params: idParams,
  body: z.strictObject({ contactId: z.int() }),
})

export const getTwins = operation({
  id: 'listTwins',
  tag,
  method: 'get',
  path: '/twins',
  summary: 'Lists groups of contacts that are likely one person, by phone, e-mail and username',
  access: 'read',
  query: pageQuery,
  answer: pageOf(
    z
      .object({
        reason: reasonSchema,
        value: valueSchema,
        contactIds: z.array(z.int()).describe('The oldest of them first, up to 20.'),
        count: z.int(),
      })
      .meta({ id: 'TwinGroup' }),
  ),
})
