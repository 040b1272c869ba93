import { and, asc, desc, eq, gt, lt, ne } from 'drizzle-orm'
import { channels } from '../../conversations/conversations.table.ts'
import { flows } from '../../flows/flows.table.ts'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import type { HistoryTable } from '../../platform/history/prune-history.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import { postbackCalls, postbacks } from './postbacks.table.ts'

/** A tokened address that adds or updates a contact. */
export type Postback = typeof postbacks.$inferSelect

/** A postback with the names of what it refers to. */
export interface NamedPostback extends Postback {
  flow: string | null
  sendingChannel: string | null
}

/** What came in at a postback. */
export type PostbackCall = typeof postbackCalls.$inferSelect
export type NewPostbackCall = typeof postbackCalls.$inferInsert

const selectNamed = (db: Queryable) =>
  db.orm
    .select({ postback: postbacks, flow: flows.name, sendingChannel: channels.name })
    .from(postbacks)
    .leftJoin(flows, eq(flows.id, postbacks.flowId))
    .leftJoin(channels, eq(channels.id, postbacks.sendingChannelId))

type NamedRow = { postback: Postback; flow: string | null; sendingChannel: string | null }
const named = ({ postback, ...names }: NamedRow): NamedPostback => ({ ...postback, ...names })

/** The project's postbacks, the oldest first. */
export async function listPostbacks(
  db: Queryable,
  projectId: number,
  filter: PageRequest,
): Promise<Page<NamedPostback>> {
  const { after, limit } = readPage(filter)
  const rows = await selectNamed(db)
    .where(and(eq(postbacks.projectId, projectId), after === undefined ? undefined : gt(postbacks.id, after)))
    .orderBy(asc(postbacks.id))
    .limit(limit + 1)
  return makePage(rows.map(named), limit, (postback) => postback.id)
}

export async function findPostback(db: Queryable, projectId: number, id: number): Promise<NamedPostback | undefined> {
  const [row] = await selectNamed(db).where(and(eq(postbacks.id, id), eq(postbacks.projectId, projectId)))
  return row && named(row)
}

/** The postback of any project whose token has this SHA-256. */
export async function findPostbackByToken(db: Queryable, tokenHash: string): Promise<NamedPostback | undefined> {
  const [row] = await selectNamed(db).where(eq(postbacks.tokenHash, tokenHash))
  return row && named(row)
}

export async function findPostbackByName(
  db: Queryable,
  projectId: number,
  name: string,
): Promise<Postback | undefined> {
  const [postback] = await db.orm
    .select()
    .from(postbacks)
    .where(and(eq(postbacks.projectId, projectId), eq(postbacks.name, name)))
  return postback
}

/** Undefined when the project has a postback of that name. */
export async function insertPostback(tx: Tx, row: typeof postbacks.$inferInsert): Promise<Postback | undefined> {
  const [postback] = await tx.orm.insert(postbacks).values(row).onConflictDoNothing().returning()
  return postback
}

export async function updatePostbackRow(tx: Tx, id: number, fields: Partial<Postback>): Promise<void> {
  await tx.orm.update(postbacks).set(fields).where(eq(postbacks.id, id))
}

export async function deletePostbackRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(postbacks).where(eq(postbacks.id, id))
}

/** Lets one call with this key through at a time, and gives the one that was answered with it before. */
export async function claimCall(tx: Tx, postbackId: number, key: string): Promise<PostbackCall | undefined> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [`postback ${postbackId} ${key}`])
  const [call] = await tx.orm
    .select()
    .from(postbackCalls)
    .where(and(eq(postbackCalls.postbackId, postbackId), eq(postbackCalls.idempotencyKey, key)))
  return call
}

export async function insertCall(tx: Tx, row: NewPostbackCall): Promise<PostbackCall> {
  const [call] = await tx.orm.insert(postbackCalls).values(row).returning()
  return call!
}

/** Notes what did not work of a call that went through otherwise. */
export async function noteWarning(tx: Tx, callId: number, warning: string): Promise<void> {
  await tx.orm.update(postbackCalls).set({ error: warning }).where(eq(postbackCalls.id, callId))
}

/** Whether a call since that moment was answered with this warning. */
export async function wasWarned(db: Queryable, postbackId: number, warning: string, since: Date): Promise<boolean> {
  const [call] = await db.orm
    .select({ id: postbackCalls.id })
    .from(postbackCalls)
    .where(and(eq(postbackCalls.postbackId, postbackId), eq(postbackCalls.error, warning), gt(postbackCalls.at, since)))
    .limit(1)
  return call !== undefined
}

/** Forgets the calls that were answered with this status. */
export async function forgetRefusals(tx: Tx, postbackId: number, status: number): Promise<void> {
  await tx.orm
    .delete(postbackCalls)
    .where(and(eq(postbackCalls.postbackId, postbackId), eq(postbackCalls.status, status)))
}

/** Removes what lies behind the newest `keep` calls; those with a key stay for a day, so that a repetition is recognised. */
export async function pruneCalls(tx: Tx, postbackId: number, keep: number, now: Date): Promise<void> {
  await tx.query(
    `delete from postback_calls where postback_id = $1
        and id <= (select id from postback_calls where postback_id = $1 order by id desc offset $2::int limit 1)
        and (idempotency_key is null or at < $3::timestamptz - interval '1 day')`,
    [postbackId, keep, now.toISOString()],
  )
}

/** The call of that number, or the last one whose body is worth looking at. */
export async function findSample(
  db: Queryable,
  postbackId: number,
  callId: number | undefined,
): Promise<PostbackCall | undefined> {
  const [call] = await db.orm
    .select()
    .from(postbackCalls)
    .where(
      and(
        eq(postbackCalls.postbackId, postbackId),
        callId === undefined ? ne(postbackCalls.body, {}) : eq(postbackCalls.id, callId),
      ),
    )
    .orderBy(desc(postbackCalls.id))
    .limit(1)
  return call
}

/** What came in at a postback, the newest first. */
export async function listPostbackCalls(
  db: Queryable,
  filter: PageRequest & { postbackId: number },
): Promise<Page<PostbackCall>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select()
    .from(postbackCalls)
    .where(
      and(
        eq(postbackCalls.postbackId, filter.postbackId),
        after === undefined ? undefined : lt(postbackCalls.id, after),
      ),
    )
    .orderBy(desc(postbackCalls.id))
    .limit(limit + 1)
  return makePage(rows, limit, (call) => call.id)
}

/** What came in at postbacks. */
export const postbackHistory: HistoryTable = { table: 'postback_calls', made: 'at', over: 'true' }
