import type { MergeFollower, Merging } from '../contacts/merge/merge.ts'
import { countRows, numbers } from '../contacts/merge/move-rows.store.ts'
import type { Tx } from '../platform/database/database.ts'

/** A row of `subscribers`, as JSON. */
interface Subscriber {
  flow_id: number
  subject_id: number
  project_id: number
  subscribed: boolean
  blocked_at: string | null
  since: string
}

interface Journal {
  runs: number[]
  subscribers: { second: Subscriber[]; survivor: Subscriber[]; at: string }
}

/** What follows a contact here: its runs, which go on where they stood, and what it is subscribed to or kept out of. */
export const flowsFollower: MergeFollower<Journal> = {
  name: 'flows',

  async count(db, contactId) {
    return { runs: await countRows(db, 'runs', contactId) }
  },

  async move(tx, merging) {
    const { survivorId, secondId } = merging
    const runs = await tx.query<{ id: number }>('update runs set contact_id = $1 where contact_id = $2 returning id', [
      survivorId,
      secondId,
    ])
    return { runs: runs.map((row) => Number(row.id)), subscribers: await moveSubscribers(tx, merging) }
  },

  async plan(db, { survivorId, going }, { runs }) {
    const rows = await db.query<{ id: number }>(
      `select r.id from runs r left join conversations c on c.id = r.conversation_id
        where r.contact_id = $1 and (r.conversation_id in (${numbers('$2')})
           or r.id in (${numbers('$3')}) and (c.id is null or c.kind = 'group' or c.contact_id is distinct from $1))
        order by r.id`,
      [survivorId, JSON.stringify(going.conversations ?? []), JSON.stringify(runs)],
    )
    const ids = rows.map((row) => Number(row.id))
    return { going: { runs: ids }, goes: { runs: ids.length }, stays: {} }
  },

  async restore(tx, unmerging, { subscribers }, { going }) {
    const { survivorId, secondId } = unmerging
    await tx.query(`update runs set contact_id = $2 where contact_id = $1 and id in (${numbers('$3')})`, [
      survivorId,
      secondId,
      JSON.stringify(going.runs),
    ])
    await restoreSubscribers(tx, unmerging, subscribers)
  },
}

/** Whoever of the two is subscribed makes both so; whoever is kept out, both. Answers all rows of both as they were. */
async function moveSubscribers(tx: Tx, { survivorId, secondId, now }: Merging): Promise<Journal['subscribers']> {
  const rows = await tx.query<{ row: Subscriber }>(
    'select row_to_json(s) as row from subscribers s where subject_id in ($1, $2) order by flow_id for update',
    [survivorId, secondId],
  )
  const all = rows.map(({ row }) => row)
  const second = all.filter((row) => row.subject_id === secondId)
  const survivor = all.filter((row) => row.subject_id === survivorId)
  await tx.query('delete from subscribers where subject_id = $1', [secondId])
  await writeSubscribers(
    tx,
    second.map((row) => joined(find(survivor, row), { ...row, subject_id: survivorId })),
  )
  return { second, survivor, at: now.toISOString() }
}

/**
 * Both get back what they had. What changed for the survivor since the merge stays; who began a run of a flow since then is
 * subscribed to it. Runs have their contacts again already.
 */
async function restoreSubscribers(
  tx: Tx,
  { survivorId, secondId }: Merging,
  { second, survivor, at }: Journal['subscribers'],
): Promise<void> {
  const rows = await tx.query<{ row: Subscriber; runs: boolean; second_runs: boolean }>(
    `select row_to_json(s) as row,
            exists (select 1 from runs r where r.flow_id = s.flow_id and r.contact_id = $1 and r.started_at > $3::timestamptz) as runs,
            exists (select 1 from runs r where r.flow_id = s.flow_id and r.contact_id = $2 and r.started_at > $3::timestamptz) as second_runs
       from subscribers s where subject_id = $1 order by flow_id for update`,
    [survivorId, secondId, at],
  )
  const back = [...second]
  const gone: number[] = []
  for (const { row, runs, second_runs } of rows) {
    const own = find(survivor, row)
    const theirs = find(second, row)
    if (!theirs && second_runs) back.push({ ...row, subject_id: secondId })
    const merged = theirs && joined(own, { ...theirs, subject_id: survivorId })
    const unchanged = merged && row.subscribed === merged.subscribed && row.blocked_at === merged.blocked_at
    if (unchanged && own) back.push(own)
    // What the survivor has only by the merge, or by a run that has gone.
    else if (!own && !runs && (unchanged || second_runs)) gone.push(row.flow_id)
  }
  await writeSubscribers(tx, back)
  await tx.query(`delete from subscribers where subject_id = $1 and flow_id in (${numbers('$2')})`, [
    survivorId,
    JSON.stringify(gone),
  ])
}

function joined(own: Subscriber | undefined, other: Subscriber): Subscriber {
  if (!own) return other
  return {
    ...own,
    subscribed: own.subscribed || other.subscribed,
    blocked_at: own.blocked_at ?? other.blocked_at,
    since: own.since < other.since ? own.since : other.since,
  }
}

const find = (rows: readonly Subscriber[], { flow_id }: Subscriber) => rows.find((row) => row.flow_id === flow_id)

async function writeSubscribers(tx: Tx, rows: Subscriber[]): Promise<void> {
  await tx.query(
    `insert into subscribers (flow_id, subject_id, project_id, subscribed, blocked_at, since)
     select s.flow_id, s.subject_id, s.project_id, s.subscribed, s.blocked_at, s.since
       from json_populate_recordset(null::subscribers, $1::text::json) as s join flows f on f.id = s.flow_id
      order by s.flow_id, s.subject_id
     on conflict (flow_id, subject_id) do update
        set subscribed = excluded.subscribed, blocked_at = excluded.blocked_at, since = excluded.since`,
    [JSON.stringify(rows)],
  )
}
