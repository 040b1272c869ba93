import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { noSegment } from './get-segment.ts'
import { deleteSegmentRow } from './segments.store.ts'

/** Forgets a segment; its contacts stay. Throws `not_found`. */
export async function deleteSegment(tx: Tx, context: WorkContext, input: { segmentId: number }): Promise<void> {
  if (!(await deleteSegmentRow(tx, context.projectId, input.segmentId))) noSegment(input.segmentId)
  await recordWork(tx, context, 'segment.deleted', {}, { segmentId: input.segmentId })
}
