import { eq, inArray } from 'drizzle-orm'
import { type Contact, type ContactView, contactView } from '../contacts/contact.ts'
import { findContacts, identitiesOf } from '../contacts/contacts.store.ts'
import { channels, conversations } from '../conversations/conversations.table.ts'
import { type DealView, dealView } from '../crm/deal.ts'
import { findDeals } from '../crm/deals.store.ts'
import { type TaskView, taskView } from '../crm/tasks/task.ts'
import { findTasks } from '../crm/tasks/tasks.store.ts'
import type { RecordedChange } from '../platform/changes.ts'
import type { Queryable } from '../platform/database/database.ts'
import { projects } from '../team/team.table.ts'

/** A conversation as webhooks show it. */
export interface ConversationView {
  id: number
  kind: string
  title: string | null
  mode: string
  channel: { id: number; kind: string; name: string }
}

/** What changes are about, by number. */
export interface ChangeSubjects {
  projects: Map<number, { id: number; name: string }>
  /** A number that was merged has its survivor here. */
  contacts: Map<number, ContactView>
  deals: Map<number, DealView>
  conversations: Map<number, ConversationView>
  tasks: Map<number, TaskView>
}

/** Reads everything that these changes are about, as it is now. */
export async function readChangeSubjects(db: Queryable, changes: RecordedChange[], now: Date): Promise<ChangeSubjects> {
  const deals = await findDeals(db, present(changes.map((change) => change.dealId)))
  const contactIds = present([...changes.map((change) => change.contactId), ...deals.map(({ deal }) => deal.contactId)])
  const contacts = await findContacts(db, contactIds)
  const identities = await identitiesOf(
    db,
    [...contacts.values()].map((contact) => contact.id),
  )
  const view = (contact: Contact) => contactView(contact, identities.get(contact.id) ?? [], now)
  return {
    projects: byId(await readProjects(db, present(changes.map((change) => change.projectId)))),
    contacts: new Map([...contacts].map(([id, contact]) => [id, view(contact)])),
    deals: byId(deals.map(({ deal, place }) => dealView(deal, place))),
    conversations: byId(await readConversations(db, present(changes.map((change) => change.conversationId)))),
    tasks: byId((await findTasks(db, present(changes.map(taskIdOf)))).map((task) => taskView(task, now))),
  }
}

/** The task that a change is about. */
export function taskIdOf({ kind, data }: Pick<RecordedChange, 'kind' | 'data'>): number | undefined {
  return kind.startsWith('task.') && typeof data.taskId === 'number' ? data.taskId : undefined
}

async function readProjects(db: Queryable, ids: number[]): Promise<{ id: number; name: string }[]> {
  return db.orm.select({ id: projects.id, name: projects.name }).from(projects).where(inArray(projects.id, ids))
}

async function readConversations(db: Queryable, ids: number[]): Promise<ConversationView[]> {
  if (ids.length === 0) return []
  return db.orm
    .select({
      id: conversations.id,
      kind: conversations.kind,
      title: conversations.title,
      mode: conversations.mode,
      channel: { id: channels.id, kind: channels.kind, name: channels.name },
    })
    .from(conversations)
    .innerJoin(channels, eq(channels.id, conversations.channelId))
    .where(inArray(conversations.id, ids))
}

function present(ids: (number | null | undefined)[]): number[] {
  return [...new Set(ids.filter((id) => id !== null && id !== undefined))]
}

function byId<Row extends { id: number }>(rows: Row[]): Map<number, Row> {
  return new Map(rows.map((row) => [row.id, row]))
}
