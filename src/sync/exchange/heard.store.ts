import { and, asc, eq, inArray, lte } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import type { CrmEntity, CrmHeard } from '../crm.ts'
import { crmHeard } from './exchange.table.ts'

/** Something there of which we heard that it changed, and which we have not read since. */
export type HeardThing = typeof crmHeard.$inferSelect

/** Notes what was heard; what is noted already is heard once more. */
export async function upsertHeard(tx: Tx, integrationId: number, heard: readonly CrmHeard[], now: Date): Promise<void> {
  const latest = new Map(heard.map((one) => [`${one.entity}/${one.id}`, one]))
  if (latest.size === 0) return
  const rows = [...latest.values()].map(({ entity, id, deleted, on }) => ({
    entity,
    external_id: id,
    deleted: deleted === true,
    hangs_on: on ?? null,
  }))
  await tx.query(
    `insert into crm_heard (integration_id, entity, external_id, deleted, hangs_on, heard_at, due_at)
     select $1, r.entity, r.external_id, r.deleted, r.hangs_on, $3::timestamptz, $3::timestamptz
       from json_populate_recordset(null::crm_heard, $2::text::json) r order by r.entity, r.external_id
     on conflict (integration_id, entity, external_id) do update
        set deleted = excluded.deleted, hangs_on = coalesce(excluded.hangs_on, crm_heard.hangs_on),
            heard_at = greatest(excluded.heard_at, crm_heard.heard_at + interval '1 millisecond'),
            due_at = excluded.due_at, attempts = 0, error = null`,
    [integrationId, JSON.stringify(rows), now.toISOString()],
  )
}

/** What is to be read now of one kind, what was heard of first before the rest. */
export async function dueHeard(
  db: Queryable,
  { integrationId, entity, limit }: { integrationId: number; entity: CrmEntity; limit: number },
  now: Date,
): Promise<HeardThing[]> {
  return db.orm
    .select()
    .from(crmHeard)
    .where(and(eq(crmHeard.integrationId, integrationId), eq(crmHeard.entity, entity), lte(crmHeard.dueAt, now)))
    .orderBy(asc(crmHeard.dueAt), asc(crmHeard.externalId))
    .limit(limit)
}

/** Forgets what was read, unless more was heard of it meanwhile. */
export async function forgetHeard(tx: Tx, things: readonly HeardThing[]): Promise<void> {
  if (things.length === 0) return
  await tx.query(
    `delete from crm_heard h using json_populate_recordset(null::crm_heard, $1::text::json) r
      where h.integration_id = r.integration_id and h.entity = r.entity and h.external_id = r.external_id
        and h.heard_at = r.heard_at`,
    [JSON.stringify(things.map(asRow))],
  )
}

/** Puts off what could not be read, unless more was heard of it meanwhile. */
export async function putOffHeard(tx: Tx, things: readonly HeardThing[]): Promise<void> {
  if (things.length === 0) return
  await tx.query(
    `update crm_heard h set due_at = r.due_at, attempts = r.attempts, error = r.error
       from json_populate_recordset(null::crm_heard, $1::text::json) r
      where h.integration_id = r.integration_id and h.entity = r.entity and h.external_id = r.external_id
        and h.heard_at = r.heard_at`,
    [JSON.stringify(things.map(asRow))],
  )
}

/** Which of these records we heard of and have not read since. */
export async function heardAmong(
  db: Queryable,
  integrationId: number,
  entity: CrmEntity,
  externalIds: readonly string[],
): Promise<Set<string>> {
  if (externalIds.length === 0) return new Set()
  const rows = await db.orm
    .select({ externalId: crmHeard.externalId })
    .from(crmHeard)
    .where(
      and(
        eq(crmHeard.integrationId, integrationId),
        eq(crmHeard.entity, entity),
        inArray(crmHeard.externalId, [...externalIds]),
      ),
    )
  return new Set(rows.map(({ externalId }) => externalId))
}

function asRow(thing: HeardThing): Record<string, unknown> {
  return {
    integration_id: thing.integrationId,
    entity: thing.entity,
    external_id: thing.externalId,
    heard_at: thing.heardAt,
    due_at: thing.dueAt,
    attempts: thing.attempts,
    error: thing.error,
  }
}
