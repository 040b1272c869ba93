import type { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { parseInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { checkFilter } from './check-filter.ts'
import { segmentNameTaken, segmentSchema } from './create-segment.ts'
import type { FilterField } from './filter-field.store.ts'
import { noSegment } from './get-segment.ts'
import { isSegmentNameTaken, lockSegment, type Segment, updateSegmentRow } from './segments.store.ts'

const updateSchema = segmentSchema.partial()

/** Renames a segment or gives it another filter. Throws `invalid`, `not_found`, and `conflict` when the name is taken. */
export async function updateSegment(
  tx: Tx,
  context: WorkContext,
  { segmentId, ...input }: z.input<typeof updateSchema> & { segmentId: number },
  further: readonly FilterField[],
): Promise<Segment> {
  const { name, filter } = parseInput(updateSchema, input, 'segment')
  const { projectId, now } = context
  if (filter) await checkFilter(tx, { projectId, now, further }, filter)
  const before = (await lockSegment(tx, projectId, segmentId)) ?? noSegment(segmentId)
  if (name !== undefined && name !== before.name && (await isSegmentNameTaken(tx, projectId, name)))
    throw segmentNameTaken(name)
  const segment = await updateSegmentRow(tx, segmentId, {
    name: name ?? before.name,
    filter: filter ?? before.filter,
    updatedAt: now,
  })
  await recordWork(tx, context, 'segment.updated', {}, { segmentId, name: segment.name })
  return segment
}
