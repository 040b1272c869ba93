import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from './context.ts'
import type { Operator, OperatorInput } from './operator.ts'
import { recordWork } from './record-work.ts'
import { findOperatorByEmail, insertOperator, lockOperatorEmails } from './team.store.ts'

/** Takes a person into the team. Throws `conflict` when another operator has the e-mail. */
export async function createOperator(
  tx: Tx,
  context: WorkContext,
  input: Pick<OperatorInput, 'name' | 'email' | 'role' | 'onShift'> & Partial<OperatorInput>,
): Promise<Operator> {
  await claimEmail(tx, context.projectId, input.email, undefined)
  const operator = await insertOperator(tx, context.projectId, input, context.now)
  await recordWork(tx, context, 'operator.created', {}, { operatorId: operator.id, name: operator.name })
  return operator
}

/** Throws `conflict` when an operator other than `ownerId` has the e-mail; until the transaction ends nobody else can take it. */
export async function claimEmail(
  tx: Tx,
  projectId: number,
  email: string | null | undefined,
  ownerId: number | undefined,
): Promise<void> {
  if (!email) return
  await lockOperatorEmails(tx, projectId)
  const holder = await findOperatorByEmail(tx, projectId, email)
  if (!holder || holder.id === ownerId) return
  throw new AppError('conflict', `The operator "${holder.name}" has the e-mail ${email} already; choose another one.`, {
    faults: [{ path: 'email', message: `belongs to the operator "${holder.name}"; expected one that nobody else has` }],
  })
}
