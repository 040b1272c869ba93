import type { MergeFollower } from '../contacts/merge/merge.ts'
import {
  countRows,
  type MovedRows,
  moveRows,
  numbers,
  planRows,
  returnRows,
} from '../contacts/merge/move-rows.store.ts'
import type { Tx } from '../platform/database/database.ts'

interface Journal {
  deals: MovedRows
  tasks: MovedRows
  notices: MovedRows
  entries: MovedRows
  /** The second contact's entries in plans in which the survivor was too, as JSON. */
  droppedEntries: Record<string, unknown>[]
  notes: MovedRows
}

/**
 * What follows a contact here: deals, tasks, what operators are told of them, and places in sales plans. And notes, because
 * they hang on conversations and deals: here both are known.
 */
export const crmFollower: MergeFollower<Journal> = {
  name: 'crm',

  async count(db, contactId) {
    return {
      deals: await countRows(db, 'deals', contactId),
      tasks: await countRows(db, 'tasks', contactId),
      salesPlanEntries: await countRows(db, 'sales_plan_entries', contactId),
      notes: await countRows(db, 'notes', contactId),
    }
  },

  async move(tx, merging) {
    const { survivorId, secondId, now } = merging
    const dropped = await tx.query<{ entry: Record<string, unknown> }>(
      `delete from sales_plan_entries e where contact_id = $2
          and exists (select 1 from sales_plan_entries o where o.plan_id = e.plan_id and o.contact_id = $1)
       returning row_to_json(e) as entry`,
      [survivorId, secondId],
    )
    const deals = await moveRows(tx, 'deals', merging)
    await touchDeals(tx, deals.ids, now)
    return {
      deals,
      tasks: await moveRows(tx, 'tasks', merging),
      notices: await moveRows(tx, 'operator_notices', merging),
      entries: await moveRows(tx, 'sales_plan_entries', merging),
      droppedEntries: dropped.map((row) => row.entry),
      notes: await moveRows(tx, 'notes', merging),
    }
  },

  async plan(db, unmerging, journal) {
    const { conversations } = unmerging.going
    const deals = await planRows(db, 'deals', unmerging, journal.deals, { conversation_id: conversations })
    const tasks = await planRows(db, 'tasks', unmerging, journal.tasks, { deal_id: deals.ids })
    const notices = await planRows(db, 'operator_notices', unmerging, journal.notices, {
      task_id: tasks.ids,
      deal_id: deals.ids,
    })
    const entries = await planRows(db, 'sales_plan_entries', unmerging, journal.entries, { deal_id: deals.ids })
    const notes = await planRows(db, 'notes', unmerging, journal.notes, {
      conversation_id: conversations,
      deal_id: deals.ids,
    })
    return {
      going: { deals: deals.ids, tasks: tasks.ids, notices: notices.ids, entries: entries.ids, notes: notes.ids },
      goes: {
        deals: deals.ids.length,
        tasks: tasks.ids.length,
        salesPlanEntries: entries.ids.length + journal.droppedEntries.length,
        notes: notes.ids.length,
      },
      stays: { deals: deals.stays, tasks: tasks.stays, salesPlanEntries: entries.stays, notes: notes.stays },
    }
  },

  async restore(tx, unmerging, journal, { going }) {
    await returnRows(tx, 'deals', unmerging, going.deals!)
    await touchDeals(tx, going.deals!, unmerging.now)
    await returnRows(tx, 'tasks', unmerging, going.tasks!)
    await returnRows(tx, 'operator_notices', unmerging, going.notices!)
    await returnRows(tx, 'sales_plan_entries', unmerging, going.entries!)
    // The deal may have been deleted since: then the entry has none, as if it had been there.
    await tx.query(
      `insert into sales_plan_entries (id, project_id, plan_id, contact_id, deal_id, added_at)
       select e.id, e.project_id, e.plan_id, e.contact_id, d.id, e.added_at
         from json_populate_recordset(null::sales_plan_entries, $1::text::json) as e
         left join deals d on d.id = e.deal_id
        where exists (select 1 from sales_plans p where p.id = e.plan_id)
       on conflict do nothing`,
      [JSON.stringify(journal.droppedEntries)],
    )
    await returnRows(tx, 'notes', unmerging, going.notes!)
  },
}

/** A deal of another contact is another state of the deal. */
async function touchDeals(tx: Tx, ids: readonly number[], now: Date): Promise<void> {
  await tx.query(
    `update deals set version = version + 1, updated_at = $2::timestamptz where id in (${numbers('$1')})`,
    [JSON.stringify(ids), now.toISOString()],
  )
}
