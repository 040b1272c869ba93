import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../context.ts'
import { operatorForUpdate } from '../read-operator.ts'
import { recordWork } from '../record-work.ts'
import { type IdentityInput, readAccount } from './link-identity.ts'
import { deleteIdentity } from './operator-identities.store.ts'

/** Takes an account from an operator: whoever writes from it is a stranger again. Throws `invalid`, `not_found`. */
export async function unlinkIdentity(
  tx: Tx,
  context: WorkContext,
  input: { operatorId: number } & IdentityInput,
): Promise<void> {
  const operator = await operatorForUpdate(tx, context.projectId, input.operatorId)
  const account = await readAccount(tx, context.projectId, input)
  if (!(await deleteIdentity(tx, operator.id, account)))
    throw new AppError('not_found', `Operator ${operator.id} has no ${account.kind} ${account.value}.`)
  await recordWork(tx, context, 'operator.identity_unlinked', {}, { operatorId: operator.id, identity: account })
}
