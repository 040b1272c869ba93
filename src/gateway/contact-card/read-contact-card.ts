import { readAttributes } from '../../contacts/attributes.store.ts'
import { type Contact, contactView } from '../../contacts/contact.ts'
import { identitiesOf, listNotes } from '../../contacts/contacts.store.ts'
import { getContact } from '../../contacts/get-contact.ts'
import { listContactHistory } from '../../contacts/history.store.ts'
import { linkedContactIds } from '../../contacts/links/links.store.ts'
import { readChannels } from '../../conversations/channels/channels.store.ts'
import { listConversations } from '../../conversations/inbox.store.ts'
import { dealView } from '../../crm/deal.ts'
import { listDeals } from '../../crm/deals.store.ts'
import { taskView } from '../../crm/tasks/task.ts'
import { listTasks } from '../../crm/tasks/tasks.store.ts'
import { listRuns } from '../../flows/trace.store.ts'
import type { Queryable } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { selectOperator } from '../../team/team.store.ts'

/** All that is known of a contact: what each module has of it, the newest first. Throws `not_found`. */
export async function readContactCard(
  db: Queryable,
  { projectId, now }: WorkContext,
  input: { contactId: number; limit: number },
) {
  const contact = await getContact(db, projectId, input.contactId)
  const page = { contactId: contact.id, limit: input.limit }
  const [identities, responsible, attributes, linked, conversations, notes, deals, tasks, runs, history] =
    await Promise.all([
      identitiesOf(db, [contact.id]),
      readResponsible(db, contact),
      attributesOf(db, contact),
      linkedContactIds(db, projectId, contact.id),
      conversationsOf(db, projectId, page),
      listNotes(db, projectId, page),
      listDeals(db, projectId, page),
      listTasks(db, projectId, now, page),
      listRuns(db, projectId, page),
      listContactHistory(db, projectId, page),
    ])
  return {
    contact: contactView(contact, identities.get(contact.id) ?? [], now),
    responsible,
    attributes,
    linkedContactIds: linked,
    conversations,
    notes,
    deals: { ...deals, items: deals.items.map(({ deal, place }) => dealView(deal, place)) },
    tasks: { ...tasks, items: tasks.items.map((task) => taskView(task, now)) },
    runs,
    history,
  }
}

async function readResponsible(db: Queryable, { projectId, responsibleId }: Contact) {
  const operator = responsibleId === null ? undefined : await selectOperator(db, projectId, responsibleId)
  return operator ? { id: operator.id, name: operator.name } : null
}

async function attributesOf(db: Queryable, { projectId, attributes }: Contact) {
  const definitions = await readAttributes(db, projectId)
  return definitions.map((definition) => ({ ...definition, value: attributes[definition.name] ?? null }))
}

async function conversationsOf(db: Queryable, projectId: number, page: { contactId: number; limit: number }) {
  const { items, nextCursor } = await listConversations(db, projectId, page)
  const channels = new Map((await readChannels(db, projectId)).map(({ id, name, kind }) => [id, { id, name, kind }]))
  return { items: items.map((item) => ({ ...item, channel: channels.get(item.channelId)! })), nextCursor }
}
