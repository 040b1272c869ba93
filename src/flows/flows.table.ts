import { sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../platform/columns.ts'
import { projects } from '../team/team.table.ts'
import type { FlowGraph } from './flow.ts'
import type { Branch, RunCause } from './run.ts'

/** A graph of blocks joined by arrows: a draft that is edited and versions that run. */
export const flows = pgTable(
  'flows',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    draft: jsonb().$type<FlowGraph>().notNull(),
    /** Grows with each change of the draft; an edit of an older one is refused. */
    revision: integer().notNull(),
    /** The version that new runs begin on; absent while the flow is not published. */
    liveVersionId: ref(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [unique('flows_name').on(table.projectId, table.name)],
)

/** A published state of a flow; never changed. */
export const flowVersions = pgTable(
  'flow_versions',
  {
    id: id(),
    projectId: ref().notNull(),
    flowId: ref()
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    number: integer().notNull(),
    graph: jsonb().$type<FlowGraph>().notNull(),
    publishedAt: moment().notNull(),
  },
  (table) => [unique('flow_versions_number').on(table.flowId, table.number)],
)

export type RunStatus = 'active' | 'ended' | 'stopped' | 'failed'

/** One passage through one flow version: of a contact, or (without a contact) of a group conversation. */
export const runs = pgTable(
  'runs',
  {
    id: ref().primaryKey(),
    projectId: ref().notNull(),
    flowId: ref().notNull(),
    versionId: ref()
      .notNull()
      .references(() => flowVersions.id, { onDelete: 'cascade' }),
    contactId: ref(),
    conversationId: ref(),
    /** The thread whose lock the run is moved under. */
    threadId: ref().notNull(),
    status: text().$type<RunStatus>().notNull(),
    /** What waits: for a reply, a moment, a call. Empty when the run is over. */
    branches: jsonb().$type<Branch[]>().notNull(),
    variables: jsonb().$type<Record<string, unknown>>().notNull(),
    /** The change that began it, if one did. */
    cause: jsonb().$type<RunCause>(),
    dealId: ref(),
    /** The channel through which a run without a conversation writes first. */
    sendingChannelId: ref(),
    /** The earliest moment that a branch waits for. */
    dueAt: moment(),
    /** Messages (by number) that came while work outside is under way, and wait their turn. */
    inbox: jsonb().$type<number[]>().notNull().default([]),
    /** The process that does this run's work outside; when that process dies another repeats it. */
    callHolder: text(),
    error: text(),
    startedAt: moment().notNull(),
    updatedAt: moment().notNull(),
    endedAt: moment(),
  },
  (table) => [
    index('runs_active_by_contact').on(table.contactId).where(sql`status = 'active'`),
    index('runs_active_by_conversation').on(table.conversationId).where(sql`status = 'active' and contact_id is null`),
    index('runs_by_contact').on(table.contactId, table.id),
    index('runs_due').on(table.dueAt).where(sql`due_at is not null`),
    index('runs_calling').on(table.callHolder).where(sql`call_holder is not null`),
  ],
)

/** Who belongs to a flow: a contact, or (negative) a group conversation; and who may not go on in it. */
export const subscribers = pgTable(
  'subscribers',
  {
    flowId: ref()
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    /** A contact's number, or a group conversation's number negated. */
    subjectId: ref().notNull(),
    projectId: ref().notNull(),
    /** False for one that is only kept out (blocked) and never belonged. */
    subscribed: boolean().notNull(),
    blockedAt: moment(),
    since: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.flowId, table.subjectId] })],
)

/** The trace: each step of each run. Values of secrets are masked. */
export const steps = pgTable(
  'steps',
  {
    id: ref().primaryKey(),
    runId: ref().notNull(),
    blockId: text().notNull(),
    output: text(),
    input: jsonb().$type<unknown>(),
    result: jsonb().$type<unknown>(),
    error: text(),
    durationMs: integer().notNull(),
    at: moment().notNull(),
  },
  (table) => [index('steps_by_run').on(table.runId, table.id)],
)
