import { and, eq, ne } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { jsonRowReader } from '../../platform/database/json-row.ts'
import type { HistoryTable } from '../../platform/history/prune-history.ts'
import type { CallStep, PlacedCallResult } from './call-result.ts'
import { placedCalls } from './placed-calls.table.ts'

export type PlacedCall = typeof placedCalls.$inferSelect
type NewCall = Omit<typeof placedCalls.$inferInsert, 'id' | 'status'>
const readCall = jsonRowReader(placedCalls)

/** The run that waits for a call. */
export interface CallingRun {
  projectId: number
  contactId: number | null
  conversationId: number | null
}

/** Who a run is of and where it talks; undefined when there is no such run. */
export async function callingRun(db: Queryable, runId: number): Promise<CallingRun | undefined> {
  const [row] = await db.query<{ project_id: number; contact_id: number | null; conversation_id: number | null }>(
    'select project_id, contact_id, conversation_id from runs where id = $1',
    [runId],
  )
  return row && { projectId: row.project_id, contactId: row.contact_id, conversationId: row.conversation_id }
}

/** Lets calls of a channel be counted by one process at a time, until the transaction ends. */
export async function lockCallsOf(tx: Tx, channelId: number): Promise<void> {
  await tx.query('select 1 from channels where id = $1 for no key update', [channelId])
}

export async function findCall(db: Queryable, key: string): Promise<PlacedCall | undefined> {
  const [row] = await db.query<{ call: Record<string, unknown> }>(
    'select row_to_json(c) as call from placed_calls c where key = $1',
    [key],
  )
  return row && readCall(row.call)
}

/** How many calls of a channel were begun since then, and the seconds that count for them. */
export async function callsSince(db: Queryable, channelId: number, since: Date) {
  const [row] = await db.query<{ calls: number; seconds: number }>(
    `select count(*)::int as calls, coalesce(sum(seconds), 0)::int as seconds from placed_calls
      where channel_id = $1 and created_at > $2::timestamptz`,
    [channelId, since.toISOString()],
  )
  return row!
}

/** Notes that a call is about to be placed. */
export async function noteCall(tx: Tx, call: NewCall): Promise<void> {
  await tx.orm.insert(placedCalls).values({ ...call, status: 'placing' })
}

/** The vendor has the call. */
export async function notePlaced(tx: Tx, key: string, thread: string): Promise<void> {
  await tx.orm
    .update(placedCalls)
    .set({ status: 'placed', thread })
    .where(and(eq(placedCalls.key, key), eq(placedCalls.status, 'placing')))
}

/** The call was answered: it fails at this moment now, unless its end is heard. */
export async function postponeDeadline(db: Queryable, key: string, deadline: Date): Promise<void> {
  await db.query('update placed_calls set deadline = $2::timestamptz where key = $1', [key, deadline.toISOString()])
}

/** Notes a call's result; false when one was noted before. */
export async function noteResult(
  tx: Tx,
  key: string,
  over: { result: PlacedCallResult; now: Date; doubtful?: boolean },
): Promise<boolean> {
  const { result, now, doubtful } = over
  const rows = await tx.orm
    .update(placedCalls)
    .set({
      status: 'ended',
      result,
      endedAt: now,
      ...(doubtful && { doubtful }),
      ...secondsOf(result, doubtful),
    })
    .where(and(eq(placedCalls.key, key), ne(placedCalls.status, 'ended')))
    .returning({ id: placedCalls.id })
  return rows.length > 0
}

/** What counts for the hour: nothing when nobody took the call, and all that it may take where that is not known. */
function secondsOf({ outcome, seconds }: PlacedCallResult, doubtful = false): { seconds?: number } {
  if (seconds !== undefined) return { seconds: Math.ceil(seconds) }
  return doubtful || outcome === 'answered' || outcome === 'digits' ? {} : { seconds: 0 }
}

/** Calls that the vendor has, with what their threads tell of them, those that are nearest to their deadline first. */
export async function openCalls(db: Queryable, limit: number): Promise<{ call: PlacedCall; steps: CallStep[] }[]> {
  const rows = await db.query<{ call: Record<string, unknown>; steps: Step[] | null }>(
    `select row_to_json(c) as call,
            (select json_agg(json_build_object('event', p.value ->> 'event', 'data', p.value -> 'data', 'at', m.at) order by m.id)
               from threads t
               join messages m on m.conversation_id = t.conversation_id
               cross join lateral jsonb_array_elements(m.parts) as p (value)
              where t.channel_id = c.channel_id and t.external_id = c.thread and p.value ->> 'type' = 'call') as steps
       from placed_calls c where c.status = 'placed' order by c.deadline limit $1`,
    [limit],
  )
  return rows.map((row) => ({
    call: readCall(row.call),
    steps: (row.steps ?? []).map(({ event, data, at }) => ({ event, data: data ?? undefined, at: new Date(at) })),
  }))
}
interface Step {
  event: string
  data: Record<string, unknown> | null
  at: string
}

/** Calls whose process stopped while the vendor was being asked, and that nobody took up. */
export async function abandonedCalls(db: Queryable, now: Date, limit: number): Promise<PlacedCall[]> {
  const rows = await db.query<{ call: Record<string, unknown> }>(
    `select row_to_json(c) as call from placed_calls c where c.status = 'placing' and c.deadline <= $1::timestamptz
      order by c.deadline limit $2`,
    [now.toISOString(), limit],
  )
  return rows.map((row) => readCall(row.call))
}

/** Calls whose result is known. */
export const placedCallHistory: HistoryTable = {
  table: 'placed_calls',
  made: 'created_at',
  over: `r.status = 'ended'`,
}
