import { idList, wantedThreads } from '../../conversations/receive/locked-threads.store.ts'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { jsonRowReader, snakeKeys } from '../../platform/database/json-row.ts'
import { insertRows, type Statement } from '../../platform/database/statement.ts'
import type { FlowGraph } from '../flow.ts'
import { runs } from '../flows.table.ts'

export type Run = typeof runs.$inferSelect

/** Reads a run whose row came as JSON. */
export const readRun = jsonRowReader(runs)

/** A run under its lock, and the transaction that wrote it (`xmin`). */
export interface LockedRun {
  run: Run
  version: string
}

/**
 * Locks and reads the active runs of the threads' subjects, and those named: of a direct conversation its contact's, of a
 * group its own. Sorted by number, so that two processes cannot wait for each other. Before the tables are analysed the planner
 * would read all active runs: `offset 0` and `coalesce` leave it nothing but to look each up.
 */
export async function lockRuns(tx: Tx, threadIds: readonly number[], runIds: readonly number[]): Promise<LockedRun[]> {
  const rows = await tx.query<{ run: Record<string, unknown>; version: string }>(
    `with ${wantedThreads}, subjects as (
       select c.id as conversation_id, c.contact_id, c.kind from wanted w join conversations c on c.id = w.conversation_id
       union all
       select null, surviving_contact(substring(w.external_id from '^contact:(\\d+)$')::bigint), 'direct' from wanted w where w.channel_id = 0)
     select row_to_json(r) as run, r.xmin::text as version from runs r
      where r.id = any (array(
        select a.id from subjects s cross join lateral (
          select r.id from runs r where r.contact_id = s.contact_id and r.status = 'active' and s.kind <> 'group'
          union all
          select r.id from runs r
           where r.conversation_id = s.conversation_id and r.contact_id is null and r.status = 'active' and s.kind = 'group'
          offset 0) a
        union all
        select unnest($2::text::bigint[])))
        and coalesce(r.status) = 'active'
      order by r.id for update of r`,
    [idList(threadIds), idList(runIds)],
  )
  return rows.map(({ run, version }) => ({ run: readRun(run), version }))
}

const runColumns = [
  'id',
  'project_id',
  'flow_id',
  'version_id',
  'contact_id',
  'conversation_id',
  'thread_id',
  'status',
  'branches',
  'variables',
  'cause',
  'deal_id',
  'sending_channel_id',
  'due_at',
  'inbox',
  'call_holder',
  'error',
  'started_at',
  'updated_at',
  'ended_at',
] as const

/** Stores runs that began in this batch; gives them as `begun_runs`. */
export function insertRuns(rows: Run[]): Statement | undefined {
  const insert = insertRows('runs', runColumns, rows.map(snakeKeys))
  return (
    insert && {
      ...insert,
      gives: { name: 'begun_runs', returning: 'id, xmin::text as version, row_to_json(runs)::text as json' },
    }
  )
}

/** Stores how runs that were there before stand now; gives them as `moved_runs`. */
export function updateRuns(rows: Run[]): Statement | undefined {
  if (rows.length === 0) return undefined
  return {
    text: `update runs r set conversation_id = p.conversation_id, thread_id = p.thread_id, status = p.status, branches = p.branches,
        variables = p.variables, deal_id = p.deal_id, sending_channel_id = p.sending_channel_id, due_at = p.due_at, inbox = p.inbox,
        call_holder = p.call_holder, error = p.error, updated_at = p.updated_at, ended_at = p.ended_at
      from json_populate_recordset(null::runs, $1::text::json) as p where r.id = p.id`,
    params: [JSON.stringify(rows.map(snakeKeys))],
    gives: { name: 'moved_runs', returning: 'r.id, r.xmin::text as version, row_to_json(r)::text as json' },
  }
}

/** One step of a run, as the trace keeps it. */
export interface Step {
  id: number
  runId: number
  blockId: string
  output: string | null
  input: unknown
  result: unknown
  error: string | null
  durationMs: number
  at: Date
}

export function insertSteps(steps: Step[]): Statement | undefined {
  return insertRows(
    'steps',
    ['id', 'run_id', 'block_id', 'output', 'input', 'result', 'error', 'duration_ms', 'at'],
    steps.map(snakeKeys),
  )
}

/**
 * Makes the subject a subscriber of the flow (`subscribe`), or only looks. False when the subject may not go on in it.
 */
export async function enterFlow(
  tx: Tx,
  flow: { projectId: number; flowId: number; subjectId: number; now: Date },
  subscribe: boolean,
): Promise<boolean> {
  const [row] = subscribe
    ? await tx.query<{ blocked: boolean }>(
        `insert into subscribers (flow_id, subject_id, project_id, subscribed, since) values ($1, $2, $3, true, $4::timestamptz)
         on conflict (flow_id, subject_id) do update set subscribed = subscribers.subscribed or subscribers.blocked_at is null
         returning blocked_at is not null as blocked`,
        [flow.flowId, flow.subjectId, flow.projectId, flow.now.toISOString()],
      )
    : await tx.query<{ blocked: boolean }>(
        'select blocked_at is not null as blocked from subscribers where flow_id = $1 and subject_id = $2',
        [flow.flowId, flow.subjectId],
      )
  return !row?.blocked
}

/** Keeps the subject out of a flow from now on, or lets it in again. */
export async function setFlowBlocked(
  tx: Tx,
  flow: { projectId: number; flowId: number; subjectId: number; now: Date },
  blocked: boolean,
): Promise<void> {
  await tx.query(
    `insert into subscribers (flow_id, subject_id, project_id, subscribed, since, blocked_at)
     values ($1, $2, $3, false, $4::timestamptz, $5::timestamptz)
     on conflict (flow_id, subject_id) do update set blocked_at = excluded.blocked_at`,
    [flow.flowId, flow.subjectId, flow.projectId, flow.now.toISOString(), blocked ? flow.now.toISOString() : null],
  )
}

/** Published versions by number. */
export async function readVersions(
  db: Queryable,
  ids: number[],
): Promise<{ versionId: number; flowId: number; graph: FlowGraph }[]> {
  const rows = await db.query<{ id: number; flow_id: number; graph: FlowGraph }>(
    'select id, flow_id, graph from flow_versions where id in (select n::bigint from json_array_elements_text($1::text::json) as n)',
    [JSON.stringify(ids)],
  )
  return rows.map((row) => ({ versionId: row.id, flowId: row.flow_id, graph: row.graph }))
}

/** The live versions of a project's flows, the oldest flow first. */
export async function readLiveVersions(
  db: Queryable,
  projectId: number,
): Promise<{ versionId: number; flowId: number; graph: FlowGraph }[]> {
  const rows = await db.query<{ id: number; flow_id: number; graph: FlowGraph }>(
    `select v.id, v.flow_id, v.graph from flows f join flow_versions v on v.id = f.live_version_id where f.project_id = $1 order by f.id`,
    [projectId],
  )
  return rows.map((row) => ({ versionId: row.id, flowId: row.flow_id, graph: row.graph }))
}

/** The number of the flow that a run is of. */
export async function flowOfRun(db: Queryable, runId: number): Promise<number | undefined> {
  const [row] = await db.query<{ flow_id: number }>('select flow_id from runs where id = $1', [runId])
  return row?.flow_id
}

/** Runs for which a moment has come. */
export async function dueRuns(db: Queryable, now: Date, limit: number): Promise<{ runId: number; threadId: number }[]> {
  const rows = await db.query<{ id: number; thread_id: number }>(
    'select id, thread_id from runs where due_at <= $1::timestamptz order by due_at limit $2',
    [now.toISOString(), limit],
  )
  return rows.map((row) => ({ runId: row.id, threadId: row.thread_id }))
}

/** Runs whose work outside is in the hands of `process`. */
export async function heldCalls(db: Queryable, process: string): Promise<{ runId: number; threadId: number }[]> {
  const rows = await db.query<{ id: number; thread_id: number }>(
    `select id, thread_id from runs where call_holder = $1 and status = 'active' order by id`,
    [process],
  )
  return rows.map((row) => ({ runId: row.id, threadId: row.thread_id }))
}

/** Runs whose work outside was in the hands of a process that is gone. */
export async function orphanedCalls(
  db: Queryable,
  limit: number,
): Promise<{ runId: number; threadId: number; holder: string }[]> {
  const rows = await db.query<{ id: number; thread_id: number; call_holder: string }>(
    `select r.id, r.thread_id, r.call_holder from runs r where r.call_holder is not null
        and not exists (select 1 from leases l where l.name = 'process:' || r.call_holder and l.expires_at > now())
      order by r.id limit $1`,
    [limit],
  )
  return rows.map((row) => ({ runId: row.id, threadId: row.thread_id, holder: row.call_holder }))
}

/** Ends a run that cannot be moved, with what went wrong. */
export async function failRunRow(tx: Tx, runId: number, error: string, now: Date): Promise<void> {
  await tx.query(
    `update runs set status = 'failed', error = $2, branches = '[]', inbox = '[]', due_at = null, call_holder = null,
            updated_at = $3::timestamptz, ended_at = $3::timestamptz where id = $1 and status = 'active'`,
    [runId, error.slice(0, 2000), now.toISOString()],
  )
}
