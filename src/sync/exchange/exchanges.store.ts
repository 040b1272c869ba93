import type { Queryable } from '../../platform/database/database.ts'

/** So long after the last time it is looked for what was changed there, in milliseconds. */
export const catchUpMs = 15 * 60_000

/**
 * Those of these integrations for which there is something to do now: they are switched on and connected, neither resting nor stopped,
 * and something waits to be told or read, or it is time to look for what was missed.
 */
export async function dueExchanges(db: Queryable, ids: readonly number[], now: Date): Promise<number[]> {
  if (ids.length === 0) return []
  const rows = await db.query<{ id: string }>(
    `select i.id::text as id from integrations i
      where i.id in (select n::bigint from json_array_elements_text($1::text::json) as n)
        and i.enabled and i.account is not null and coalesce(i.paused_until <= $2::timestamptz, true)
        and coalesce(i.condition ->> 'state', '') <> 'stopped'
        and (exists (select 1 from crm_heard h where h.integration_id = i.id and h.due_at <= $2::timestamptz)
          or exists (select 1 from crm_pushes p where p.integration_id = i.id and p.finished_at is null
                       and p.started_by is null and p.due_at <= $2::timestamptz)
          or i.direction <> 'push' and coalesce(i.caught_up_to <= $3::timestamptz, true))
      order by i.id`,
    [JSON.stringify(ids), now.toISOString(), new Date(now.getTime() - catchUpMs).toISOString()],
  )
  return rows.map(({ id }) => Number(id))
}
