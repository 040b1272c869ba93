import type { MergeFollower, Merging } from '../contacts/merge/merge.ts'
import { countRows, type MovedRows, numbers } from '../contacts/merge/move-rows.store.ts'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { type Member, moveMembers, restoreMembers } from './receive/moved-members.store.ts'
import { contactThread } from './receive/thread-queue.ts'

interface Journal {
  conversations: MovedRows
  /** Messages in groups that do not know by which identity they came. */
  groupMessages: number[]
  /** The identities by which the others came: one may be taken away while the contacts are one. */
  groupIdentities: string[]
  members: { second: Member[]; survivor: Member[] }
  /** When the merge was made, ISO 8601. */
  at: string
}

/**
 * What follows a contact here: its conversations with all that was said in them, what it said in groups, and its place in
 * those. A thread of a contact that is in no channel yet stays: who reads it is led to the survivor.
 */
export const conversationsFollower: MergeFollower<Journal> = {
  name: 'conversations',

  locks: {
    async find(db, contactIds) {
      const rows = await db.query<{ id: number }>(
        `select id from threads where conversation_id in (
            select id from conversations where contact_id in (${numbers('$1')})
            union select conversation_id from members where contact_id in (${numbers('$1')}))
         union
         select id from threads where channel_id = 0
            and external_id in (select value from json_array_elements_text($2::text::json))`,
        [JSON.stringify(contactIds), JSON.stringify(contactIds.map(contactThread))],
      )
      return rows.map((row) => Number(row.id))
    },
    async take(tx, threadIds) {
      await tx.query(`select 1 from threads where id in (${numbers('$1')}) order by id for update`, [
        JSON.stringify(threadIds),
      ])
    },
    async takeFree(tx, threadIds) {
      const taken = await tx.query(
        `select 1 from threads where id in (${numbers('$1')}) order by id for update skip locked`,
        [JSON.stringify(threadIds)],
      )
      return taken.length === threadIds.length
    },
  },

  async count(db, contactId) {
    const [own] = await db.query<{ count: number | string }>(
      `select count(*) as count from conversations c join messages m on m.conversation_id = c.id
        where c.contact_id = $1 and c.kind <> 'group'`,
      [contactId],
    )
    const [inGroups] = await db.query<{ count: number | string }>(
      `select count(*) as count from messages where contact_id = $1 and conversation_id in (${groupsOf('$1')})`,
      [contactId],
    )
    return {
      conversations: await countRows(db, 'conversations', contactId),
      messages: Number(own!.count) + Number(inGroups!.count),
      groups: await countRows(db, 'members', contactId),
    }
  },

  async move(tx, merging) {
    const { survivorId, secondId, now } = merging
    const [inGroups] = await tx.query<{ ids: number[] | null; identities: string[] | null }>(
      `with moved as (update messages set contact_id = $1
                       where contact_id = $2 and conversation_id in (${groupsOf('$2')}) returning id, came_by)
       select json_agg(id) filter (where came_by is null) as ids,
              json_agg(distinct came_by) filter (where came_by is not null) as identities from moved`,
      [survivorId, secondId],
    )
    const moved = await tx.query<{ id: number; kind: string }>(
      'update conversations set contact_id = $1 where contact_id = $2 returning id, kind',
      [survivorId, secondId],
    )
    const ids = moved.map((row) => Number(row.id))
    await moveMessages(
      tx,
      moved.filter((row) => row.kind !== 'group').map((row) => Number(row.id)),
      { from: secondId, to: survivorId },
    )
    const [last] = await tx.query<{ last: number | string }>('select coalesce(max(id), 0) as last from conversations')
    return {
      conversations: { ids, last: Number(last!.last) },
      groupMessages: inGroups?.ids ?? [],
      groupIdentities: inGroups?.identities ?? [],
      members: await moveMembers(tx, merging),
      at: now.toISOString(),
    }
  },

  async plan(db, unmerging, { conversations, groupMessages, groupIdentities, at }) {
    const { survivorId, going } = unmerging
    const identities = going.identities ?? []
    const planned = await planConversations(db, survivorId, conversations, identities)
    const said = await db.query<{ id: number }>(
      `select id from messages where contact_id = $1 and conversation_id in (${groupsOf('$1')})
          and (came_by in (${keysOf('$2')}) or id in (${numbers('$3')})
               or came_by in (select value from json_array_elements_text($4::text::json))) order by id`,
      [survivorId, JSON.stringify(identities), JSON.stringify(groupMessages), JSON.stringify(groupIdentities)],
    )
    const counts = await countMessages(db, survivorId, planned.ids, at)
    const inGroups = said.map((row) => Number(row.id))
    return {
      going: { conversations: planned.ids, groupMessages: inGroups },
      goes: { conversations: planned.ids.length, messages: counts.goes + inGroups.length },
      stays: { conversations: planned.stays, messages: counts.stays },
    }
  },

  async restore(tx, unmerging, { members }, { going }) {
    const { survivorId, secondId } = unmerging
    const moved = await tx.query<{ id: number; kind: string }>(
      `update conversations set contact_id = $2 where contact_id = $1 and id in (${numbers('$3')}) returning id, kind`,
      [survivorId, secondId, JSON.stringify(going.conversations)],
    )
    await moveMessages(
      tx,
      moved.filter((row) => row.kind !== 'group').map((row) => Number(row.id)),
      { from: survivorId, to: secondId },
    )
    await tx.query(`update messages set contact_id = $2 where contact_id = $1 and id in (${numbers('$3')})`, [
      survivorId,
      secondId,
      JSON.stringify(going.groupMessages),
    ])
    await restoreMembers(tx, unmerging, members)
    await tx.query(
      `update contacts set last_activity_at = greatest(last_activity_at,
              (select max(last_inbound_at) from conversations where contact_id = $1 and kind <> 'group')) where id = $1`,
      [secondId],
    )
  },
}

/** Those that were moved, and those that came later by an identity that goes. */
async function planConversations(
  db: Queryable,
  survivorId: number,
  moved: MovedRows,
  identityIds: readonly number[],
): Promise<{ ids: number[]; stays: number }> {
  const rows = await db.query<{ id: number; goes: boolean }>(
    `select id, id in (${numbers('$2')}) or coalesce(kind <> 'group' and came_by in (${keysOf('$4')}), false) as goes
       from conversations where contact_id = $1 and (id in (${numbers('$2')}) or id > $3) order by id`,
    [survivorId, JSON.stringify(moved.ids), moved.last, JSON.stringify(identityIds)],
  )
  return {
    ids: rows.filter((row) => row.goes).map((row) => Number(row.id)),
    stays: rows.filter((row) => !row.goes).length,
  }
}

/** What was said, and the reactions, in conversations between two. */
async function moveMessages(tx: Tx, conversationIds: number[], who: { from: number; to: number }): Promise<void> {
  if (conversationIds.length === 0) return
  await tx.query(
    `update messages set contact_id = case when contact_id = $1 then $2 else contact_id end,
            reactions = case when reactions ? $3 then (reactions - $3) || jsonb_build_object($4::text, reactions -> $3)
                             else reactions end
      where conversation_id in (${numbers('$5')}) and (contact_id = $1 or reactions ? $3)`,
    [who.from, who.to, `contact:${who.from}`, `contact:${who.to}`, JSON.stringify(conversationIds)],
  )
}

/** The messages of the conversations that go, and those that came to the others since the merge. */
async function countMessages(
  db: Queryable,
  survivorId: Merging['survivorId'],
  going: readonly number[],
  since: string,
): Promise<{ goes: number; stays: number }> {
  const [row] = await db.query<{ goes: number | string; stays: number | string }>(
    `select count(*) filter (where c.id in (${numbers('$2')})) as goes,
            count(*) filter (where c.id not in (${numbers('$2')}) and m.at > $3::timestamptz) as stays
       from conversations c join messages m on m.conversation_id = c.id
      where c.contact_id = $1 and c.kind <> 'group'`,
    [survivorId, JSON.stringify(going), since],
  )
  return { goes: Number(row!.goes), stays: Number(row!.stays) }
}

/** Groups in which a contact is, or was. */
function groupsOf(contact: string): string {
  return `select conversation_id from members where contact_id = ${contact}`
}

/** What {@link identityKey} writes of these identities. */
function keysOf(identityIds: string): string {
  return `select kind || '/' || value from identities where id in (${numbers(identityIds)})`
}
