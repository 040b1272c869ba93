import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from './context.ts'
import { recordWork } from './record-work.ts'
import { type ApiKey, revokeKeyRow } from './team.store.ts'

/** Makes a key useless, for good. Revoking it again changes nothing. Throws `not_found`. */
export async function revokeApiKey(tx: Tx, context: WorkContext, id: number): Promise<ApiKey> {
  const row = await revokeKeyRow(tx, context.projectId, id, context.now)
  if (!row) throw new AppError('not_found', `There is no API key ${id}.`)
  await recordWork(tx, context, 'api_key.revoked', {}, { keyId: id, name: row.name })
  return row
}
