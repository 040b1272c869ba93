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
import type { Project } from '../team/project.ts'
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

/** The project that a change belongs to, with what is needed to read its times. */
export type ProjectView = Pick<Project, 'id' | 'name' | 'timeZone' | 'workingHours'>

/** What a change is about, as far as it is there and of the change's own project. */
export interface ChangeSubjects {
  project: ProjectView
  /** Of a contact that was merged: its survivor. With a deal comes its contact. */
  contact: ContactView | null
  deal: DealView | null
  conversation: ConversationView | null
  task?: TaskView
  salesPlan?: SalesPlanView
  message?: MessageView
  operator?: OperatorView
}

/** Reads everything that these changes are about, as it is now, and gives what tells it for each of them. */
export async function readChangeSubjects(
  db: Queryable,
  changes: RecordedChange[],
  now: Date,
): Promise<(change: RecordedChange) => ChangeSubjects> {
  const deals = byId(
    (await findDeals(db, present(changes.map((change) => change.dealId)))).map(({ deal, place }) => ({
      ...ofProject(deal),
      view: dealView(deal, place),
    })),
  )
  const contacts = await readContacts(
    db,
    present([...changes.map((change) => change.contactId), ...[...deals.values()].map(({ view }) => view.contactId)]),
    now,
  )
  const projects = byId(await readProjects(db, present(changes.map((change) => change.projectId))))
  const conversations = byId(await readConversations(db, present(changes.map((change) => change.conversationId))))
  const tasks = byId(
    (await findTasks(db, present(changes.map(taskIdOf)))).map((task) => ({
      ...ofProject(task),
      view: taskView(task, now),
    })),
  )
  const salesPlans = byId(await readSalesPlans(db, present(changes.map(salesPlanIdOf))))
  const messages = byId(
    (await readMessages(db, present(changes.map(messageIdOf)))).map((message) => ({
      ...ofProject(message),
      view: messageView(message),
    })),
  )
  const operators = byId(await readOperators(db, present(changes.map(operatorIdOf))))

  return (change) => {
    const { projectId } = change
    const own = <View>(found: Map<number, Owned<View>>, id: number | null | undefined): View | undefined => {
      const owned = found.get(id ?? 0)
      return owned?.projectId === projectId ? owned.view : undefined
    }
    const deal = own(deals, change.dealId)
    const task = own(tasks, taskIdOf(change))
    const salesPlan = own(salesPlans, salesPlanIdOf(change))
    const message = own(messages, messageIdOf(change))
    const operator = own(operators, operatorIdOf(change))
    return {
      project: projects.get(projectId) ?? { id: projectId, name: '', timeZone: 'UTC', workingHours: {} },
      contact: own(contacts, change.contactId ?? deal?.contactId) ?? null,
      deal: deal ?? null,
      conversation: own(conversations, change.conversationId) ?? null,
      ...(task && { task }),
      ...(salesPlan && { salesPlan }),
      ...(message && { message }),
      ...(operator && { operator }),
    }
  }
}

/** What was found by its number, with the project that it belongs to. */
interface Owned<View> {
  id: number
  projectId: number
  view: View
}

const ofProject = ({ id, projectId }: { id: number; projectId: number }) => ({ id, projectId })

async function readContacts(db: Queryable, ids: number[], now: Date): Promise<Map<number, Owned<ContactView>>> {
  const contacts = await findContacts(db, ids)
  const identities = await identitiesOf(
    db,
    [...contacts.values()].map((contact) => contact.id),
  )
  const owned = (contact: Contact) => ({
    ...ofProject(contact),
    view: contactView(contact, identities.get(contact.id) ?? [], now),
  })
  return new Map([...contacts].map(([id, contact]) => [id, owned(contact)]))
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

async function readSalesPlans(db: Queryable, ids: number[]): Promise<Owned<SalesPlanView>[]> {
  if (ids.length === 0) return []
  const plans = await db.orm.select().from(salesPlans).where(inArray(salesPlans.id, ids))
  const views: Owned<SalesPlanView>[] = []
  for (const plan of plans) {
    const { id, name, description, measure, target, currency } = plan
    const period = { startsAt: plan.startsAt?.toISOString() ?? null, endsAt: plan.endsAt?.toISOString() ?? null }
    const progress = await readProgress(db, plan)
    views.push({
      ...ofProject(plan),
      view: { id, name, description, measure, target, currency, ...period, progress },
    })
  }
  return views
}

async function readOperators(db: Queryable, ids: number[]): Promise<Owned<OperatorView>[]> {
  if (ids.length === 0) return []
  const { id, projectId, name, email } = operators
  const view = { id, name, email }
  return db.orm.select({ id, projectId, view }).from(operators).where(inArray(id, ids))
}

async function readProjects(db: Queryable, ids: number[]): Promise<ProjectView[]> {
  const { id, name, timeZone, workingHours } = projects
  return db.orm.select({ id, name, timeZone, workingHours }).from(projects).where(inArray(id, ids))
}

async function readConversations(db: Queryable, ids: number[]): Promise<Owned<ConversationView>[]> {
  if (ids.length === 0) return []
  const rows = await db.orm
    .select({
      id: conversations.id,
      projectId: conversations.projectId,
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
  return rows.map(({ projectId, ...row }) => ({
    id: row.id,
    projectId,
    view: { ...row, lastMessageAt: row.lastMessageAt?.toISOString() ?? null },
  }))
}

function present(ids: (number | null | undefined)[]): number[] {
  return [...new Set(ids.filter((id) => id !== null && id !== undefined))]
}

function byId<Row extends { id: number }>(rows: Row[]): Map<number, Row> {
  return new Map(rows.map((row) => [row.id, row]))
}
