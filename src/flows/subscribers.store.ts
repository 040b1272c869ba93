import type { Tx } from '../platform/database/database.ts'

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
