import { idList, lockThreads } from '../../conversations/receive/locked-threads.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import { type RememberedThread, versionOf } from './remembered-threads.ts'

/** A person by whom a contact is found, and the contact. */
export interface KnownPerson {
  project_id: number
  kind: string
  value: string
  contact_id: number
}

/**
 * Takes the locks of threads and of their runs, and fails the transaction when one is not as it is remembered, something waits in one,
 * its lane has a delivery that was not known of, or a person is another contact's now.
 */
export function holdThreads(tx: Tx, threads: readonly RememberedThread[], people: KnownPerson[]): Promise<unknown> {
  const expected = threads.map(({ row, runs, open }) => ({ id: row.id, version: versionOf(row, runs), open }))
  const runIds = threads.flatMap(({ runs }) => runs.map(({ id }) => id))
  return Promise.all([
    lockThreads(
      tx,
      threads.map(({ row }) => row.id),
    ),
    runIds.length > 0 &&
      tx.query('select 1 from runs where id = any($1::text::bigint[]) order by id for update', [idList(runIds)]),
    tx.query(
      `select must_hold($3 = (
           select count(*) from json_to_recordset($1::text::json) as k (id bigint, version text, open bigint[])
             join threads t on t.id = k.id
             join conversations c on c.id = t.conversation_id
             join contacts p on p.id = c.contact_id
            where k.version = concat_ws(' ', t.xmin, c.xmin, p.xmin, (
                    select string_agg(r.id || ':' || r.xmin, ' ' order by r.id) from runs r
                     where r.contact_id = p.id and r.status = 'active'))
              and not exists (select 1 from events e where e.thread_id = t.id and e.status = 'pending')
              and not exists (select 1 from deliveries d
                where d.lane = 'conversation:' || c.id and d.finished_at is null and d.id <> all (k.open)))
         and $4 = (
           select count(*) from json_to_recordset($2::text::json) as k (project_id bigint, kind text, value text, contact_id bigint)
             join identities i on i.project_id = k.project_id and i.kind = k.kind and i.value = k.value
            where i.contact_id = k.contact_id))`,
      [JSON.stringify(expected), JSON.stringify(people), threads.length, people.length],
    ),
  ])
}
