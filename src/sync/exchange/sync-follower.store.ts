import type { MergeFollower } from '../../contacts/merge/merge.ts'
import { numbers } from '../../contacts/merge/move-rows.store.ts'

interface Journal {
  /** Links that went to the survivor. */
  moved: number[]
  /** Links of the second contact in integrations in which the survivor was linked too: nobody's while the merge stands. */
  setAside: number[]
  /** Pushes that waited for the second contact and went to the survivor. */
  pushes: number[]
}

/** Of merges that were made before there were other CRMs. */
const nothing: Journal = { moved: [], setAside: [], pushes: [] }

/**
 * What follows a contact here: what it is in other CRMs. Where both were linked the survivor stays what it is there, and the other record
 * is nobody's until the merge is undone.
 */
export const syncFollower: MergeFollower<Journal> = {
  name: 'sync',

  async count(db, contactId) {
    const [row] = await db.query<{ count: number | string }>(
      `select count(*) as count from crm_links where entity = 'contact' and subject_id = $1`,
      [contactId],
    )
    return { crmLinks: Number(row!.count) }
  },

  async move(tx, { survivorId, secondId }) {
    // What the survivor was there until it was deleted stands in nobody's way.
    await tx.query(
      `delete from crm_links l where entity = 'contact' and subject_id = $1 and shadow ->> 'gone' is not null
          and exists (select 1 from crm_links o
                       where o.integration_id = l.integration_id and o.entity = 'contact' and o.subject_id = $2
                         and o.shadow ->> 'gone' is null)`,
      [survivorId, secondId],
    )
    const setAside = await tx.query<{ id: number }>(
      `update crm_links l set subject_id = null where entity = 'contact' and subject_id = $2
          and exists (select 1 from crm_links o
                       where o.integration_id = l.integration_id and o.entity = 'contact' and o.subject_id = $1)
       returning id`,
      [survivorId, secondId],
    )
    const moved = await tx.query<{ id: number }>(
      `update crm_links set subject_id = $1 where entity = 'contact' and subject_id = $2 returning id`,
      [survivorId, secondId],
    )
    // The merge itself is a change of the survivor, which is told as a whole.
    await tx.query(
      `delete from crm_pushes where entity = 'contact' and subject_id = $1 and key is null and status = 'pending'`,
      [secondId],
    )
    const pushes = await tx.query<{ id: number }>(
      `update crm_pushes set subject_id = $1
        where entity = 'contact' and subject_id = $2 and finished_at is null and started_by is null returning id`,
      [survivorId, secondId],
    )
    return { moved: ids(moved), setAside: ids(setAside), pushes: ids(pushes) }
  },

  async plan(db, { survivorId }, { moved, setAside } = nothing) {
    const [row] = await db.query<{ going: number[] | null }>(
      `select json_agg(id order by id) as going from crm_links
        where entity = 'contact' and (subject_id = $1 and id in (${numbers('$2')})
                                   or subject_id is null and id in (${numbers('$3')}))`,
      [survivorId, JSON.stringify(moved), JSON.stringify(setAside)],
    )
    const going = row?.going ?? []
    return { going: { crmLinks: going }, goes: { crmLinks: going.length }, stays: {} }
  },

  async restore(tx, { survivorId, secondId, now }, { pushes } = nothing, { going }) {
    await tx.query(
      `update crm_links l set subject_id = $1, updated_at = $3::timestamptz where id in (${numbers('$2')})`,
      [secondId, JSON.stringify(going.crmLinks), now.toISOString()],
    )
    await tx.query(
      `update crm_pushes set subject_id = $2
        where subject_id = $1 and entity = 'contact' and finished_at is null and started_by is null
          and id in (${numbers('$3')})`,
      [survivorId, secondId, JSON.stringify(pushes)],
    )
  },
}

function ids(rows: { id: number | string }[]): number[] {
  return rows.map(({ id }) => Number(id))
}
