import type { Tx } from '../platform/database/database.ts'

/** Makes a subject a flow's subscriber; false when it was one, or is kept out. */
export async function addSubscriber(
  tx: Tx,
  flow: { projectId: number; flowId: number; subjectId: number; now: Date },
): Promise<boolean> {
  const rows = await tx.query(
    `insert into subscribers (flow_id, subject_id, project_id, subscribed, since) values ($1, $2, $3, true, $4::timestamptz)
     on conflict (flow_id, subject_id) do update set subscribed = true
       where not subscribers.subscribed and subscribers.blocked_at is null
     returning flow_id`,
    [flow.flowId, flow.subjectId, flow.projectId, flow.now.toISOString()],
  )
  return rows.length > 0
}

/** Takes a subject out of a flow's subscribers; false when it was none of them. */
export async function removeSubscriber(
  tx: Tx,
  flow: { projectId: number; flowId: number; subjectId: number },
): Promise<boolean> {
  const rows = await tx.query(
    `update subscribers set subscribed = false where flow_id = $1 and subject_id = $2 and project_id = $3 and subscribed
     returning flow_id`,
    [flow.flowId, flow.subjectId, flow.projectId],
  )
  return rows.length > 0
}
