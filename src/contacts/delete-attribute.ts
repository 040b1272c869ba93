import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { deleteAttributeRow, findAttribute } from './attributes.store.ts'

/** Removes a custom field and its values from all contacts. Throws `not_found`. */
export async function deleteAttribute(tx: Tx, context: WorkContext, input: { attributeId: number }): Promise<void> {
  const definition = await findAttribute(tx, context.projectId, input.attributeId)
  if (!definition) throw new AppError('not_found', `There is no attribute ${input.attributeId} in this project.`)
  await deleteAttributeRow(tx, definition)
  const { id: attributeId, name } = definition
  await recordWork(tx, context, 'attribute.deleted', {}, { attributeId, name })
}
