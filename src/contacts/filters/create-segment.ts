import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { parseInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { checkFilter } from './check-filter.ts'
import { filterSchema } from './filter.ts'
import type { FilterField } from './filter-field.store.ts'
import { insertSegment, type Segment } from './segments.store.ts'

export const segmentSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, 'expected a name')
    .max(200)
    .regex(/^[^\0]*$/, 'expected a name without null characters'),
  filter: filterSchema,
})

/** Gives a filter a name. Throws `invalid` with every fault of the filter, and `conflict` when the name is taken. */
export async function createSegment(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof segmentSchema>,
  further: readonly FilterField[],
): Promise<Segment> {
  const { name, filter } = parseInput(segmentSchema, input, 'segment')
  await checkFilter(tx, { projectId: context.projectId, now: context.now, further }, filter)
  const { projectId, now } = context
  const segment = await insertSegment(tx, { projectId, name, filter, createdAt: now, updatedAt: now })
  if (!segment) throw segmentNameTaken(name)
  await recordWork(tx, context, 'segment.created', {}, { segmentId: segment.id, name })
  return segment
}

export function segmentNameTaken(name: string): AppError {
  return new AppError('conflict', `The project has a segment "${name}" already; choose another name.`)
}
