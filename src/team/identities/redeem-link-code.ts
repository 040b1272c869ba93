import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { Operator } from '../operator.ts'
import { hashLinkCode } from './create-link-code.ts'
import { type IdentityInput, linkIdentity } from './link-identity.ts'
import { takeLinkCode } from './operator-identities.store.ts'

/**
 * Links the account that sent a code to the operator for whom it was made. Throws `not_found` for a code that is wrong, used
 * or too old, and `conflict` when the account is another operator's: then the code still counts.
 */
export async function redeemLinkCode(
  tx: Tx,
  at: { projectId: number; now: Date },
  input: { code: string; account: IdentityInput },
): Promise<Operator> {
  const operatorId = await takeLinkCode(tx, at.projectId, hashLinkCode(input.code), at.now)
  if (operatorId === undefined) {
    throw new AppError('not_found', 'This code is wrong, was used already, or is too old; ask for a new one.')
  }
  const context = { ...at, by: { kind: 'operator' as const, id: operatorId } }
  const { operator } = await linkIdentity(tx, context, { operatorId, ...input.account })
  return operator
}
