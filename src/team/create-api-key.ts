import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { Access } from '../platform/http/operation.ts'
import { randomToken } from '../platform/ids.ts'
import { hashToken } from '../platform/secrets.ts'
import type { WorkContext } from './context.ts'
import { recordWork } from './record-work.ts'
import { type ApiKey, insertApiKey, insertOperator } from './team.store.ts'

export interface ApiKeyInput {
  /** What the key is for; its service operator is called the same. */
  name: string
  /** `write` includes `read`, `admin` includes both. */
  access: Access
  /** The key itself when it was chosen outside (a first key from the settings); made up when absent. */
  key?: string
}

/** Makes an API key and the service operator that it acts as. The key is answered once and only its hash is kept. */
export async function createApiKey(
  tx: Tx,
  context: WorkContext,
  { name, access, key = randomToken('pk') }: ApiKeyInput,
): Promise<{ key: string; row: ApiKey }> {
  if (key.length < 16) throw new AppError('invalid', 'The API key is too short; expected 16 characters or more.')
  const { projectId, now } = context
  const operator = await insertOperator(tx, projectId, { name, email: null, role: 'service', onShift: false }, now)
  const row = await insertApiKey(tx, {
    projectId,
    operatorId: operator.id,
    name,
    hash: hashToken(key),
    hint: key.slice(0, 7),
    scopes: [access],
    createdAt: now,
  })
  if (!row) throw new AppError('conflict', 'This API key exists already; choose another one.')
  await recordWork(tx, context, 'api_key.created', {}, { keyId: row.id, name, access })
  return { key, row }
}
