import { eq, inArray } from 'drizzle-orm'
import { type Contact, type ContactView, contactView } from '../contacts/contact.ts'
import { findContacts, identitiesOf } from '../contacts/contacts.store.ts'
import type { Message } from '../conversations/conversation.ts'
import { channels, conversations } from '../conversations/conversations.table.ts'
import { readMessages } from '../conversations/messages.store.ts'
import { type DealView, dealView } from '../crm/deal.ts'
import { findDeals } from '../crm/deals.store.ts'
import { readProgress } from '../crm/sales-plans/read-progress.ts'
import type { PlanProgress, SalesPlan } from '../crm/sales-plans/sales-plan.ts'
import { salesPlans } from '../crm/sales-plans/sales-plans.table.ts'
import { type TaskView, taskView } from '../crm/tasks/task.ts'
import { findTasks } from '../crm/tasks/tasks.store.ts'
import type { RecordedChange } from '../platform/changes.ts'
import type { Queryable } from '../platform/database/database.ts'
import type { Operator } from '../team/operator.ts'
import { operators, projects } from '../team/team.table.ts'

/** A conversation as webhooks show it. */
export interface ConversationView {
  id: number
  kind: string
  title: string | null
  mode: string
  assigneeId: number | null
  dealId: number | null
  unread: number
  /** ISO 8601. */
  lastMessageAt: string | null
  channel: { id: number; kind: string; name: string }
}

/** A message as webhooks show it. */
export interface MessageView
  extends Pick<Message, 'id' | 'direction' | 'text' | 'parts' | 'operatorId' | 'runId' | 'externalId' | 'status'> {
  /** ISO 8601. */
  at: string
}

/** A sales plan as webhooks show it. */
export interface SalesPlanView
  extends Pick<SalesPlan, 'id' | 'name' | 'description' | 'measure' | 'target' | 'currency'> {
  /** ISO 8601. */
  startsAt: string | null
  endsAt: string | null
  progress: PlanProgress
}

/** Who was given something, is to do it, or is spoken of. */
export type OperatorView = Pick<Operator, 'id' | 'name' | 'email'>

/** What changes are about, by number. */
export interface ChangeSubjects {
  projects: Map<number, { id: number; name: string }>
  /** A number that was merged has its survivor here. */
  contacts: Map<number, ContactView>
  deals: Map<number, DealView>
  conversations: Map<number, ConversationView>
  tasks: Map<number, TaskView>
  salesPlans: Map<number, SalesPlanView>
  messages: Map<number, MessageView>
  operators: Map<number, OperatorView>
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
    salesPlans: byId(await readSalesPlans(db, present(changes.map(salesPlanIdOf)))),
    messages: byId((await readMessages(db, present(changes.map(messageIdOf)))).map(messageView)),
    operators: byId(await readOperators(db, present(changes.map(operatorIdOf)))),
  }
}

type Told = Pick<RecordedChange, 'kind' | 'data'>

/** The task that a change is about. */
export function taskIdOf({ kind, data }: Told): number | undefined {
  return kind.startsWith('task.') ? numberIn(data.taskId) : undefined
}

/** The sales plan that a change is about. */
export function salesPlanIdOf({ kind, data }: Told): number | undefined {
  return kind.startsWith('sales_plan.') ? numberIn(data.planId) : undefined
}

/** The message that a change is about. */
export function messageIdOf({ kind, data }: Told): number | undefined {
  return kind.startsWith('message.') ? numberIn(data.message) : undefined
}

/** The operator that a change is about: who was given something, is to do a task, or was changed. */
export function operatorIdOf({ kind, data }: Told): number | undefined {
  if (kind.endsWith('.assigned') || kind === 'contact.responsible_changed') return numberIn(data.to)
  if (kind.startsWith('task.')) return numberIn(data.responsibleId)
  return kind.startsWith('operator.') ? numberIn(data.operatorId) : undefined
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function messageView(message: Message): MessageView {
  const { id, direction, text, parts, operatorId, runId, externalId, status, at } = message
  return { id, direction, text, parts, operatorId, runId, externalId, status, at: at.toISOString() }
}

async function readSalesPlans(db: Queryable, ids: number[]): Promise<SalesPlanView[]> {
  if (ids.length === 0) return []
  const plans = await db.orm.select().from(salesPlans).where(inArray(salesPlans.id, ids))
  const views: SalesPlanView[] = []
  for (const plan of plans) {
    const { id, name, description, measure, target, currency } = plan
    const period = { startsAt: plan.startsAt?.toISOString() ?? null, endsAt: plan.endsAt?.toISOString() ?? null }
    views.push({ id, name, description, measure, target, currency, ...period, progress: await readProgress(db, plan) })
  }
  return views
}

async function readOperators(db: Queryable, ids: number[]): Promise<OperatorView[]> {
  if (ids.length === 0) return []
  const { id, name, email } = operators
  return db.orm.select({ id, name, email }).from(operators).where(inArray(id, ids))
}

async function readProjects(db: Queryable, ids: number[]): Promise<{ id: number; name: string }[]> {
  return db.orm.select({ id: projects.id, name: projects.name }).from(projects).where(inArray(projects.id, ids))
}

async function readConversations(db: Queryable, ids: number[]): Promise<ConversationView[]> {
  if (ids.length === 0) return []
  const rows = await db.orm
    .select({
      id: conversations.id,
      kind: conversations.kind,
      title: conversations.title,
      mode: conversations.mode,
      assigneeId: conversations.assigneeId,
      dealId: conversations.dealId,
      unread: conversations.unread,
      lastMessageAt: conversations.lastMessageAt,
      channel: { id: channels.id, kind: channels.kind, name: channels.name },
    })
    .from(conversations)
    .innerJoin(channels, eq(channels.id, conversations.channelId))
    .where(inArray(conversations.id, ids))
  return rows.map((row) => ({ ...row, lastMessageAt: row.lastMessageAt?.toISOString() ?? null }))
}

function present(ids: (number | null | undefined)[]): number[] {
  return [...new Set(ids.filter((id) => id !== null && id !== undefined))]
}

function byId<Row extends { id: number }>(rows: Row[]): Map<number, Row> {
  return new Map(rows.map((row) => [row.id, row]))
}
