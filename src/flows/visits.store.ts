import type { Queryable } from '../platform/database/database.ts'

/** Whether a contact has been in a block of a flow, as far back as traces are kept. */
export async function hasVisited(
  db: Queryable,
  visit: { contactId: number; flowId: number; blockId: string },
): Promise<boolean> {
  const [row] = await db.query<{ visited: boolean }>(
    `select exists (select 1 from runs r join steps s on s.run_id = r.id
                     where r.contact_id = $1 and r.flow_id = $2 and s.block_id = $3) as visited`,
    [visit.contactId, visit.flowId, visit.blockId],
  )
  return row!.visited
}

/** Whether a run has been in a block. */
export async function hasPassed(db: Queryable, runId: number, blockId: string): Promise<boolean> {
  const [row] = await db.query<{ passed: boolean }>(
    'select exists (select 1 from steps where run_id = $1 and block_id = $2) as passed',
    [runId, blockId],
  )
  return row!.passed
}
