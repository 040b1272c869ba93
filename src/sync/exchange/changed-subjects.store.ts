import type { Tx } from '../../platform/database/database.ts'
import type { CrmEntity } from '../crm.ts'

/** Something of ours that changed, and what it hangs on. */
export interface ToldChange {
  projectId: number
  entity: CrmEntity
  subjectId: number
  contactId: number | null
  dealId: number | null
  /** The integration that made the change. */
  byIntegration: number | null
}

/**
 * Puts a push down for each of these and each integration that is to hear of it, unless one waits already; in one statement. Gives the
 * integrations.
 */
export async function tellIntegrations(tx: Tx, changes: readonly ToldChange[], now: Date): Promise<number[]> {
  if (changes.length === 0) return []
  const rows = await tx.query<{ id: string }>(
    `with told as (
       select * from json_to_recordset($1::text::json)
         as t ("projectId" bigint, entity text, "subjectId" bigint, "contactId" bigint, "dealId" bigint, "byIntegration" bigint)),
     wanted as (
       select distinct i.id, i.project_id, t.entity, t."subjectId" as subject_id
         from told t join integrations i on i.project_id = t."projectId" and i.enabled and i.direction <> 'pull'
                                        and i.id is distinct from t."byIntegration"
         left join crm_links l on l.integration_id = i.id and l.entity = t.entity and l.subject_id = t."subjectId"
        where case when l.id is not null then l.shadow ->> 'gone' is null
                   when t.entity = 'deal' then i.sends = 'every_deal'
                   when t.entity = 'contact' then false
                   when t."dealId" is not null and (i.sends = 'every_deal' or exists (
                     select 1 from crm_pushes q
                      where q.integration_id = i.id and q.entity = 'deal' and q.subject_id = t."dealId"
                        and q.finished_at is null)) then true
                   else exists (
                     select 1 from crm_links o
                      where o.integration_id = i.id and o.shadow ->> 'gone' is null
                        and (o.entity = 'deal' and o.subject_id = t."dealId"
                          or o.entity = 'contact' and o.subject_id = t."contactId")) end),
     queued as (
       insert into crm_pushes (project_id, integration_id, entity, subject_id, status, due_at, created_at)
       select project_id, id, entity, subject_id, 'pending', $2::timestamptz, $2::timestamptz from wanted
        order by id, entity, subject_id
       on conflict (integration_id, entity, subject_id) where key is null and status = 'pending' do nothing
       returning integration_id)
     select distinct integration_id::text as id from queued`,
    [JSON.stringify(changes), now.toISOString()],
  )
  return rows.map(({ id }) => Number(id))
}
