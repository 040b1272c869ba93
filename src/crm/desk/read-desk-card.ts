import { readAttributes } from '../../contacts/attributes.store.ts'
import { contactName } from '../../contacts/contact.ts'
import { identitiesOf, listNotes } from '../../contacts/contacts.store.ts'
import { getContact } from '../../contacts/get-contact.ts'
import type { DeskCard, DeskConversation } from '../../conversations/operator-desk.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { selectOperator } from '../../team/team.store.ts'
import { listDeals } from '../deals.store.ts'
import { listTasks } from '../tasks/tasks.store.ts'

/** So many deals, tasks and notes are shown. */
const few = 3

/** What managers see of the contact of a conversation. Throws `unsupported` for a group that was made for nobody. */
export async function readDeskCard(
  db: Queryable,
  { projectId, now }: { projectId: number; now: Date },
  { contactId }: DeskConversation,
): Promise<DeskCard> {
  if (contactId === null)
    throw new AppError('unsupported', 'This group was made for no client; expected a conversation with a contact.')
  const contact = await getContact(db, projectId, contactId)
  const page = { contactId: contact.id, limit: few }
  const [identities, definitions, deals, tasks, notes, responsible] = await Promise.all([
    identitiesOf(db, [contact.id]),
    readAttributes(db, projectId),
    listDeals(db, projectId, page),
    listTasks(db, projectId, now, { ...page, status: 'open' }),
    listNotes(db, projectId, page),
    contact.responsibleId === null ? undefined : selectOperator(db, projectId, contact.responsibleId),
  ])
  return {
    name: contactName(contact),
    identities: (identities.get(contact.id) ?? []).map(({ kind, value }) => `${kind} ${value}`),
    attributes: definitions.flatMap(({ name, title }) => {
      const value = contact.attributes[name]
      return value === undefined || value === null ? [] : [{ title, value: String(value) }]
    }),
    labels: contact.labels,
    responsible: responsible?.name ?? null,
    deals: deals.items.map(({ deal, place }) => ({
      number: deal.number,
      name: deal.name,
      place: `${place.pipeline.name} / ${place.stage.name}`,
      budget: deal.budget === null ? null : [deal.budget, deal.currency].filter(Boolean).join(' '),
    })),
    tasks: tasks.items.map(({ name, dueAt }) => ({ name, dueAt: dueAt?.toISOString() ?? null })),
    notes: notes.items.map(({ text }) => text),
  }
}
