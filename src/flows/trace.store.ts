import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm'
import type { Queryable } from '../platform/database/database.ts'
import type { HistoryTable } from '../platform/history/prune-history.ts'
import { makePage, type Page, type PageRequest, readPage } from '../platform/paging.ts'
import { type RunStatus, runs, steps } from './flows.table.ts'

type RunRow = typeof runs.$inferSelect
type StepRow = typeof steps.$inferSelect

/** What narrows a list of runs. */
export interface RunFilter extends PageRequest {
  contactId?: number
  conversationId?: number
  flowId?: number
  status?: RunStatus
}

/** The project's runs, the newest first. */
export async function listRuns(db: Queryable, projectId: number, filter: RunFilter): Promise<Page<RunRow>> {
  const { after, limit } = readPage(filter)
  const { contactId, conversationId, flowId, status } = filter
  const rows = await db.orm
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.projectId, projectId),
        after === undefined ? undefined : lt(runs.id, after),
        contactId === undefined ? undefined : eq(runs.contactId, sql`surviving_contact(${contactId})`),
        conversationId === undefined ? undefined : eq(runs.conversationId, conversationId),
        flowId === undefined ? undefined : eq(runs.flowId, flowId),
        status === undefined ? undefined : eq(runs.status, status),
      ),
    )
    .orderBy(desc(runs.id))
    .limit(limit + 1)
  return makePage(rows, limit, (run) => run.id)
}

/** How often a flow began for a contact since a moment, as far as the contact's last thousand runs tell. */
export async function countStarts(
  db: Queryable,
  { flowId, contactId, since }: { flowId: number; contactId: number; since: Date },
): Promise<number> {
  const rows = await db.query<{ count: number }>(
    `select count(*)::int as count
       from (select flow_id, started_at from runs where contact_id = $1 order by id desc limit 1000) as latest
      where flow_id = $2 and started_at > $3::timestamptz`,
    [contactId, flowId, since.toISOString()],
  )
  return rows[0]!.count
}

export async function findRun(db: Queryable, projectId: number, id: number): Promise<RunRow | undefined> {
  const [run] = await db.orm
    .select()
    .from(runs)
    .where(and(eq(runs.id, id), eq(runs.projectId, projectId)))
  return run
}

/** The steps of a run, the first one first. */
export async function listSteps(db: Queryable, runId: number, page: PageRequest): Promise<Page<StepRow>> {
  const { after, limit } = readPage(page)
  const rows = await db.orm
    .select()
    .from(steps)
    .where(and(eq(steps.runId, runId), after === undefined ? undefined : gt(steps.id, after)))
    .orderBy(asc(steps.id))
    .limit(limit + 1)
  return makePage(rows, limit, (step) => step.id)
}

/** The trace, and runs that have ended. */
export const runHistory: HistoryTable[] = [
  { table: 'steps', made: 'at', over: 'true' },
  { table: 'runs', made: 'started_at', over: `r.status <> 'active' and r.ended_at < $1::timestamptz` },
]
