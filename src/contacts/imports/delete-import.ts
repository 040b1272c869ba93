import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { importForUpdate } from './get-import.ts'
import { isUnderWay } from './import.ts'
import { deleteImportRow } from './imports.store.ts'

/** Forgets a file and its report; its contacts stay. Throws `not_found`, and `conflict` while it is under way. */
export async function deleteImport(tx: Tx, context: WorkContext, input: { importId: number }): Promise<void> {
  const before = await importForUpdate(tx, context.projectId, input.importId)
  if (isUnderWay(before)) throw new AppError('conflict', `Import ${before.id} is under way; cancel it first.`)
  await deleteImportRow(tx, before.id)
  await recordWork(tx, context, 'import.deleted', {}, { importId: before.id, fileName: before.fileName })
}
