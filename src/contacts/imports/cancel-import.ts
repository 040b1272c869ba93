import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { importForUpdate } from './get-import.ts'
import { type ContactImport, isUnderWay, progressOf } from './import.ts'
import { updateImportRow } from './imports.store.ts'

/**
 * Ends an import between two batches; what its rows have made stays. Throws `not_found`, and `conflict` when it is not
 * under way.
 */
export async function cancelImport(tx: Tx, context: WorkContext, input: { importId: number }): Promise<ContactImport> {
  const before = await importForUpdate(tx, context.projectId, input.importId)
  if (!isUnderWay(before))
    throw new AppError('conflict', `Import ${before.id} is not under way: it is ${before.status}.`)
  const cancelled = await updateImportRow(tx, before.id, { status: 'cancelled', finishedAt: context.now })
  await recordWork(tx, context, 'import.cancelled', {}, progressOf(cancelled))
  return cancelled
}
