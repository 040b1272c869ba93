import type { Merging, Unmerging } from '../../contacts/merge/merge.ts'
import type { Tx } from '../../platform/database/database.ts'

/** A row of `members`, as JSON. */
export interface Member {
  conversation_id: number
  contact_id: number
  role: string
  joined_at: string | null
  left_at: string | null
}

/** Gives the second contact's places in groups to the survivor; where both were, they become one. Answers all of both as they were. */
export async function moveMembers(
  tx: Tx,
  { survivorId, secondId }: Merging,
): Promise<{ second: Member[]; survivor: Member[] }> {
  const rows = await tx.query<{ member: Member }>(
    'select row_to_json(m) as member from members m where contact_id in ($1, $2) order by conversation_id',
    [survivorId, secondId],
  )
  const members = rows.map((row) => row.member)
  const second = members.filter((member) => member.contact_id === secondId)
  const survivor = members.filter((member) => member.contact_id === survivorId)
  await tx.query('delete from members where contact_id = $1', [secondId])
  await writeMembers(
    tx,
    second.map((member) => joined(find(survivor, member), { ...member, contact_id: survivorId })),
  )
  return { second, survivor }
}

/**
 * Gives the second contact its places back, and those in groups where it wrote since. The survivor keeps a place where it was
 * before, or wrote itself; one that changed since the merge stays as it is. Messages have their contacts again already.
 */
export async function restoreMembers(
  tx: Tx,
  { survivorId, secondId }: Unmerging,
  { second, survivor }: { second: Member[]; survivor: Member[] },
): Promise<void> {
  const rows = await tx.query<{ member: Member; wrote: boolean; second_wrote: boolean }>(
    `select row_to_json(m) as member,
            exists (select 1 from messages x where x.conversation_id = m.conversation_id and x.contact_id = $1) as wrote,
            exists (select 1 from messages x where x.conversation_id = m.conversation_id and x.contact_id = $2) as second_wrote
       from members m where contact_id = $1`,
    [survivorId, secondId],
  )
  const back: Member[] = []
  const gone: number[] = []
  for (const { member, wrote, second_wrote } of rows) {
    const own = find(survivor, member)
    const theirs = find(second, member)
    if (!theirs && !second_wrote) continue
    if (!own) {
      back.push({ ...member, contact_id: secondId })
      if (!wrote) gone.push(member.conversation_id)
      continue
    }
    back.push(theirs ?? { ...member, contact_id: secondId })
    if (theirs && same(member, joined(own, { ...theirs, contact_id: survivorId }))) back.push(own)
  }
  await writeMembers(tx, back)
  await tx.query(
    `delete from members where contact_id = $1
        and conversation_id in (select n::bigint from json_array_elements_text($2::text::json) as n)`,
    [survivorId, JSON.stringify(gone)],
  )
}

/** One place of two: in the group while either is, with the higher role, since the earlier moment. */
function joined(own: Member | undefined, other: Member): Member {
  if (!own) return other
  const roles = ['member', 'admin', 'owner']
  return {
    ...own,
    role: roles.indexOf(own.role) >= roles.indexOf(other.role) ? own.role : other.role,
    joined_at: [own.joined_at, other.joined_at].filter((at) => at !== null).toSorted()[0] ?? null,
    left_at: own.left_at === null || other.left_at === null ? null : [own.left_at, other.left_at].toSorted()[1]!,
  }
}

const find = (members: readonly Member[], { conversation_id }: Member) =>
  members.find((member) => member.conversation_id === conversation_id)

function same(one: Member, other: Member): boolean {
  return one.role === other.role && one.joined_at === other.joined_at && one.left_at === other.left_at
}

async function writeMembers(tx: Tx, members: Member[]): Promise<void> {
  await tx.query(
    `insert into members (conversation_id, contact_id, role, joined_at, left_at)
     select conversation_id, contact_id, role, joined_at, left_at
       from json_populate_recordset(null::members, $1::text::json) order by conversation_id, contact_id
     on conflict (conversation_id, contact_id) do update
        set role = excluded.role, joined_at = excluded.joined_at, left_at = excluded.left_at`,
    [JSON.stringify(members)],
  )
}
