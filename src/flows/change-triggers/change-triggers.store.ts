import type { RecordedChange } from '../../platform/changes.ts'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import type { Actor } from '../../team/context.ts'
import type { ChangeTrigger, Trigger } from '../flow.ts'

/** The triggers of a project's live flows, the oldest flow first. */
export async function readLiveTriggers(
  db: Queryable,
  projectId: number,
): Promise<{ flowId: number; name: string; triggers: Trigger[] }[]> {
  const rows = await db.query<{ id: number; name: string; triggers: Trigger[] }>(
    `select f.id, f.name, v.graph->'triggers' as triggers from flows f join flow_versions v on v.id = f.live_version_id
      where f.project_id = $1 order by f.id`,
    [projectId],
  )
  return rows.map((row) => ({ flowId: row.id, name: row.name, triggers: row.triggers }))
}

/** Where a run that a change starts begins: whose it is, and where it talks. */
export interface RunPlace {
  /** The contact that the change is about, or the one that it was merged into; null for a change of a group. */
  contactId: number | null
  /** The change's own conversation, else the one where the contact wrote last, as far as the trigger listens to it. */
  conversationId: number | null
}

/** Finds the place of a run; undefined when what the change is about is gone. */
export async function findRunPlace(
  tx: Tx,
  change: RecordedChange,
  trigger: Pick<ChangeTrigger, 'channels' | 'conversations'>,
): Promise<RunPlace | undefined> {
  const [row] = await tx.query<{ contact_id: number | null; conversation_id: number | null }>(
    `with person as (select surviving_contact(id) as id from contacts where id = $2::bigint and project_id = $1)
     select p.id as contact_id, c.id as conversation_id
       from (select 1) as one left join person p on true
       left join lateral (
         select c.id from conversations c join channels ch on ch.id = c.channel_id
          where c.project_id = $1
            and ((c.contact_id = p.id and c.kind <> 'group') or ($2::bigint is null and c.id = $3::bigint and c.kind = 'group'))
            and c.kind in (select json_array_elements_text($4::text::json)) and c.unreachable is null
            and ($5::text is null or ch.name in (select json_array_elements_text($5::text::json)))
          order by c.id = $3::bigint desc nulls last, c.last_inbound_at desc nulls last, c.id desc limit 1) c on true`,
    [
      change.projectId,
      change.contactId ?? null,
      change.conversationId ?? null,
      JSON.stringify(trigger.conversations),
      trigger.channels ? JSON.stringify(trigger.channels) : null,
    ],
  )
  if (!row || (row.contact_id === null && row.conversation_id === null)) return undefined
  return { contactId: row.contact_id, conversationId: row.conversation_id }
}

/** Who gave a task its moment: made it, or changed it last, before a change of the log. */
export async function whoSetTask(tx: Tx, change: RecordedChange, taskId: number): Promise<Actor | undefined> {
  const [row] = await tx.query<{ by: Actor | null }>(
    `select data->'by' as by from changes
      where contact_id = $1 and id < $2 and kind in ('task.created', 'task.updated') and (data->>'taskId')::bigint = $3
      order by id desc limit 1`,
    [change.contactId, change.id, taskId],
  )
  return row?.by ?? undefined
}
