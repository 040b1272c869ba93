import { z } from 'zod'
import { attributeSchema, contactSchema, noteSchema } from '../../contacts/contacts.schemas.ts'
import { conversationAnswer } from '../../conversations/conversations.schemas.ts'
import { dealSchema } from '../../crm/deals.schemas.ts'
import { taskSchema } from '../../crm/tasks/tasks.schemas.ts'
import { runAnswer } from '../../flows/runs.schemas.ts'
import { operation } from '../../platform/http/operation.ts'
import { idParams, pageOf, pageQuery } from '../../platform/http/schemas.ts'
import { changeSchema } from '../changes.schemas.ts'

const historySchema = changeSchema
  .extend({
    contactId: z.int().describe('This contact, or one that it took in.'),
    operatorName: z.string().nullable().describe('The operator who did it; who else it was, `data.by` tells.'),
  })
  .meta({ id: 'HistoryEntry' })

export const getContactCard = operation({
  id: 'readContactCard',
  tag: 'contacts',
  method: 'get',
  path: '/contacts/{id}/card',
  summary: 'Reads all that is known of a contact at once',
  description:
    'The newest of each list; `nextCursor` goes on at `/conversations`, `/contacts/{id}/notes`, `/deals`, `/tasks`, `/runs` ' +
    '(each with `contactId`) and `/contacts/{id}/history`.',
  access: 'read',
  params: idParams,
  query: z.object({
    limit: z.coerce.number().int().min(1).max(50).default(20).describe('How many items of each list at most.'),
  }),
  answer: z
    .object({
      contact: contactSchema,
      responsible: z.object({ id: z.int(), name: z.string() }).nullable(),
      attributes: z
        .array(attributeSchema.omit({ createdAt: true }).extend({ value: z.unknown() }))
        .describe('All custom fields of the project, with what the contact has in them; null is nothing.'),
      linkedContactIds: z.array(z.int()).describe('Other cards of the same person.'),
      conversations: pageOf(
        conversationAnswer.extend({ channel: z.object({ id: z.int(), name: z.string(), kind: z.string() }) }),
      ),
      notes: pageOf(noteSchema),
      deals: pageOf(dealSchema),
      tasks: pageOf(taskSchema),
      runs: pageOf(runAnswer),
      history: pageOf(historySchema),
    })
    .meta({ id: 'ContactCard' }),
})

export const getContactHistory = operation({
  id: 'listContactHistory',
  tag: 'contacts',
  method: 'get',
  path: '/contacts/{id}/history',
  summary: 'Lists what changed of a contact and who did it, the newest first; without its messages',
  access: 'read',
  params: idParams,
  query: pageQuery,
  answer: pageOf(historySchema),
})
