import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import type { HistoryTable } from '../../platform/history/prune-history.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import { crmPushes, type PushStatus } from './exchange.table.ts'
import type { CrmPush, PushRequest } from './push.ts'

/** Pushes that are over. */
export const pushHistory: HistoryTable = {
  table: 'crm_pushes',
  made: 'created_at',
  over: 'r.finished_at < $1::timestamptz',
}

/** Puts a push down, unless one with its key is there already; gives the row either way. */
export async function insertPush(tx: Tx, request: PushRequest, now: Date): Promise<CrmPush> {
  const [row] = await tx.orm
    .insert(crmPushes)
    .values({ ...request, status: 'pending', dueAt: now, createdAt: now })
    // "do nothing" would not see one that another process puts down at the same moment.
    .onConflictDoUpdate({
      target: [crmPushes.integrationId, crmPushes.key],
      targetWhere: sql`key is not null`,
      set: { key: sql`excluded.key` },
    })
    .returning()
  return row!
}

/** Something of ours that changed, and an integration that is to be told. */
export type ChangedSubject = Pick<CrmPush, 'integrationId' | 'entity' | 'subjectId'>

/** Puts a push down for each of these, unless one waits already. */
export async function insertChanged(tx: Tx, subjects: readonly ChangedSubject[], now: Date): Promise<void> {
  if (subjects.length === 0) return
  const rows = subjects.map(({ integrationId, entity, subjectId }) => ({
    integration_id: integrationId,
    entity,
    subject_id: subjectId,
  }))
  await tx.query(
    `insert into crm_pushes (project_id, integration_id, entity, subject_id, status, due_at, created_at)
     select i.project_id, i.id, r.entity, r.subject_id, 'pending', $2::timestamptz, $2::timestamptz
       from json_populate_recordset(null::crm_pushes, $1::text::json) r join integrations i on i.id = r.integration_id
      order by i.id, r.entity, r.subject_id
     on conflict (integration_id, entity, subject_id) where key is null and status = 'pending' do nothing`,
    [JSON.stringify(rows), now.toISOString()],
  )
}

export async function findPush(db: Queryable, id: number): Promise<CrmPush | undefined> {
  const [row] = await db.orm.select().from(crmPushes).where(eq(crmPushes.id, id))
  return row
}

/** What failed so often is taken up alone: it may be what makes the others fail. */
const togetherAttempts = 3

/**
 * Takes up what is due of an integration for `holder`: the first of each subject, so that what was asked for later is done later. What
 * failed often is left out, or, with `alone`, only that is taken.
 */
export async function takePushes(
  tx: Tx,
  { integrationId, holder, limit, alone }: { integrationId: number; holder: string; limit: number; alone: boolean },
  now: Date,
): Promise<CrmPush[]> {
  const rows = await tx.query<{ id: string }>(
    `with due as (
       select p.id from crm_pushes p
        where p.integration_id = $1 and p.finished_at is null and p.started_by is null and p.due_at <= $2::timestamptz
          and (p.attempts >= ${togetherAttempts}) = $5::boolean
          and not exists (
            select 1 from crm_pushes e
             where e.integration_id = p.integration_id and e.entity = p.entity and e.subject_id = p.subject_id
               and e.finished_at is null and e.id < p.id)
        -- What is in doubt first: meanwhile what is heard of it can be taken for nobody.
        order by p.doubtful desc, p.due_at, p.id limit $3 for update skip locked)
     update crm_pushes p
        set status = 'working', started_by = $4, attempts = attempts + 1,
            first_started_at = coalesce(first_started_at, $2::timestamptz)
       from due where p.id = due.id returning p.id::text as id`,
    [integrationId, now.toISOString(), limit, holder, alone],
  )
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => Number(id))
  return tx.orm.select().from(crmPushes).where(inArray(crmPushes.id, ids)).orderBy(asc(crmPushes.id))
}

/**
 * Gives back what was left under way: what it was to make may be there, or be made at this very moment, so it is due at `dueAt`. Whoever calls
 * this holds the lease, so those who left it are dead or have lost it. Gives how many.
 */
export async function reclaimPushes(tx: Tx, integrationId: number, dueAt: Date): Promise<number> {
  const rows = await tx.query<{ id: string }>(
    `update crm_pushes set started_by = null, doubtful = true, due_at = $2::timestamptz
      where integration_id = $1 and finished_at is null and started_by is not null returning id::text as id`,
    [integrationId, dueAt.toISOString()],
  )
  return rows.length
}

/** Writes how pushes stand that `holder` has taken up. Gives the numbers of those that it still had. */
export async function updatePushes(tx: Tx, holder: string, pushes: readonly CrmPush[]): Promise<Set<number>> {
  if (pushes.length === 0) return new Set()
  const rows = await tx.query<{ id: string }>(
    `update crm_pushes p
        set status = r.status, attempts = r.attempts, due_at = r.due_at, started_by = r.started_by, doubtful = r.doubtful,
            progress = r.progress, error = r.error, error_code = r.error_code, result = r.result, finished_at = r.finished_at
       from json_populate_recordset(null::crm_pushes, $1::text::json) r
      where p.id = r.id and p.started_by = $2 returning p.id::text as id`,
    [JSON.stringify(pushes.map(asRow)), holder],
  )
  return new Set(rows.map(({ id }) => Number(id)))
}

function asRow(push: CrmPush): Record<string, unknown> {
  return {
    id: push.id,
    status: push.status,
    attempts: push.attempts,
    due_at: push.dueAt,
    started_by: push.startedBy,
    doubtful: push.doubtful,
    progress: push.progress,
    error: push.error,
    error_code: push.errorCode,
    result: push.result,
    finished_at: push.finishedAt,
  }
}

/** A push of which nobody knows whether it made what it was to make. */
export interface DoubtfulPush {
  id: number
  entity: CrmPush['entity']
  subjectId: number
  /** Of contacts and deals: whom they are about. */
  contactId: number | null
  firstStartedAt: Date
  dueAt: Date
  /** It is tried again by itself. */
  open: boolean
  /** Kinds of what it may have made: not what was linked before, or noted as made. */
  makes: CrmPush['entity'][]
}

/** The doubtful pushes of an integration, over or not. */
export async function doubtfulPushes(db: Queryable, integrationId: number): Promise<DoubtfulPush[]> {
  const rows = await db.query<{
    id: string
    entity: CrmPush['entity']
    subject_id: string
    contact_id: string | null
    first_started_at: string
    due_at: string
    open: boolean
    makes: CrmPush['entity'][]
  }>(
    `select p.id::text as id, p.entity, p.subject_id::text as subject_id,
            case p.entity when 'contact' then p.subject_id::text when 'deal' then d.contact_id::text end as contact_id,
            to_json(p.first_started_at) #>> '{}' as first_started_at, to_json(p.due_at) #>> '{}' as due_at,
            p.finished_at is null as open,
            to_json(array_remove(array[
              case when l.id is null then p.entity end,
              case when p.wanted ->> 'note' is not null and p.progress ->> 'note' is null then 'note' end,
              case when p.wanted ->> 'task' is not null and p.progress ->> 'task' is null then 'task' end], null)) as makes
       from crm_pushes p left join deals d on p.entity = 'deal' and d.id = p.subject_id
         left join crm_links l on l.integration_id = p.integration_id and l.entity = p.entity
                              and l.subject_id = p.subject_id and l.shadow ->> 'gone' is null
      where p.integration_id = $1 and p.doubtful and p.first_started_at is not null order by p.id`,
    [integrationId],
  )
  return rows.map((row) => ({
    id: Number(row.id),
    entity: row.entity,
    subjectId: Number(row.subject_id),
    contactId: row.contact_id === null ? null : Number(row.contact_id),
    firstStartedAt: new Date(row.first_started_at),
    dueAt: new Date(row.due_at),
    open: row.open,
    makes: row.makes,
  }))
}

/** Those of these subjects for which a push waits or is under way: when the last of them is due, by number. */
export async function openPushesOf(
  db: Queryable,
  integrationId: number,
  entity: CrmPush['entity'],
  subjectIds: readonly number[],
): Promise<Map<number, Date>> {
  if (subjectIds.length === 0) return new Map()
  const rows = await db.orm
    .select({ subjectId: crmPushes.subjectId, dueAt: crmPushes.dueAt })
    .from(crmPushes)
    .where(
      and(
        eq(crmPushes.integrationId, integrationId),
        eq(crmPushes.entity, entity),
        inArray(crmPushes.subjectId, [...subjectIds]),
        sql`${crmPushes.finishedAt} is null`,
      ),
    )
    .orderBy(asc(crmPushes.dueAt))
  return new Map(rows.map(({ subjectId, dueAt }) => [subjectId, dueAt]))
}

/** What waits for its next attempt is under way for us; for who looks it waits. */
const shownStatus = sql`case when ${crmPushes.status} = 'working' and ${crmPushes.startedBy} is null then 'pending' else ${crmPushes.status} end`

/** What narrows a list of pushes. */
export interface PushFilter extends PageRequest {
  integrationId: number
  status?: PushStatus
  entity?: CrmPush['entity']
  subjectId?: number
}

/** The pushes of an integration, the newest first. */
export async function listPushes(db: Queryable, filter: PushFilter): Promise<Page<CrmPush>> {
  const { after, limit } = readPage(filter)
  const { integrationId, status, entity, subjectId } = filter
  const rows = await db.orm
    .select()
    .from(crmPushes)
    .where(
      and(
        eq(crmPushes.integrationId, integrationId),
        status === undefined ? undefined : sql`${shownStatus} = ${status}`,
        entity === undefined ? undefined : eq(crmPushes.entity, entity),
        subjectId === undefined ? undefined : eq(crmPushes.subjectId, subjectId),
        after === undefined ? undefined : lt(crmPushes.id, after),
      ),
    )
    .orderBy(desc(crmPushes.id))
    .limit(limit + 1)
  return makePage(rows, limit, (push) => push.id)
}

/**
 * Lets pushes be tried again: one that is over, or all dead ones that were made in a range of time. What they made there is known by what
 * they have noted. Gives how many.
 */
export async function reopenPushes(
  tx: Tx,
  selection: { integrationId: number; pushId?: number; from?: Date; to?: Date },
  now: Date,
): Promise<number> {
  const { integrationId, pushId, from, to } = selection
  const rows = await tx.query<{ id: string }>(
    `update crm_pushes
        set status = 'working', started_by = null, attempts = 0, due_at = $2::timestamptz, finished_at = null,
            error = null, error_code = null, result = null
      where integration_id = $1 and finished_at is not null
        and ($3::bigint is null and status = 'dead' or id = $3::bigint)
        and ($4::timestamptz is null or created_at >= $4::timestamptz)
        and ($5::timestamptz is null or created_at <= $5::timestamptz)
      returning id::text as id`,
    [integrationId, now.toISOString(), pushId ?? null, from?.toISOString() ?? null, to?.toISOString() ?? null],
  )
  return rows.length
}

/**
 * Asks for contacts or deals of the project as flows do, all or those of these numbers, in one statement; with the same key they are asked
 * for once. Gives how many.
 */
export async function insertFilling(
  tx: Tx,
  filling: { integrationId: number; entity: 'contact' | 'deal'; ids: readonly number[] | 'all'; key: string },
  now: Date,
): Promise<number> {
  const { integrationId, entity, ids, key } = filling
  const [table, which] = entity === 'contact' ? ['contacts', 'and s.merged_into_id is null'] : ['deals', '']
  const rows = await tx.query<{ count: number | string }>(
    `with queued as (
       insert into crm_pushes (project_id, integration_id, entity, subject_id, key, status, due_at, created_at)
       select i.project_id, i.id, '${entity}', s.id, $2 || ':${entity}:' || s.id, 'pending', $3::timestamptz, $3::timestamptz
         from integrations i join ${table} s on s.project_id = i.project_id ${which}
        where i.id = $1
          and ($4::text is null or s.id in (select n::bigint from json_array_elements_text($4::text::json) as n))
        order by s.id
       on conflict (integration_id, key) where key is not null do nothing returning 1)
     select count(*) as count from queued`,
    [integrationId, key, now.toISOString(), ids === 'all' ? null : JSON.stringify(ids)],
  )
  return Number(rows[0]!.count)
}
