import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { parsePhone } from '../../platform/phone.ts'
import type { WorkContext } from '../context.ts'
import type { Operator } from '../operator.ts'
import { operatorForUpdate } from '../read-operator.ts'
import { readProject } from '../read-project.ts'
import { recordWork } from '../record-work.ts'
import { findByIdentity, insertIdentity, type OperatorIdentity } from './operator-identities.store.ts'

export interface IdentityInput {
  /** As the adapter names it: `telegram`, `phone`. */
  kind: string
  value: string
}

/**
 * Lets channels recognise an operator by an account; one that is linked to this operator already changes nothing. Throws
 * `invalid`, `not_found`, and `conflict` when it is another operator's account, or a service operator is meant.
 */
export async function linkIdentity(
  tx: Tx,
  context: WorkContext,
  input: { operatorId: number } & IdentityInput,
): Promise<{ operator: Operator; identity: OperatorIdentity }> {
  const { projectId, now } = context
  const operator = await personForUpdate(tx, projectId, input.operatorId)
  const account = await readAccount(tx, projectId, input)
  const identity = await insertIdentity(tx, { ...account, projectId, operatorId: operator.id, linkedAt: now })
  if (!identity) {
    const known = await findByIdentity(tx, projectId, account)
    if (known?.operator.id === operator.id) return known
    const whose = known ? `the operator "${known.operator.name}"` : 'another operator'
    throw new AppError('conflict', `This account is linked to ${whose} already; unlink it there first.`)
  }
  await recordWork(tx, context, 'operator.identity_linked', {}, { operatorId: operator.id, identity: account })
  return { operator, identity }
}

/** An operator who is a person, locked. Throws `not_found`, and `conflict` for a service operator. */
export async function personForUpdate(tx: Tx, projectId: number, operatorId: number): Promise<Operator> {
  const operator = await operatorForUpdate(tx, projectId, operatorId)
  if (operator.role !== 'service') return operator
  throw new AppError('conflict', `Operator ${operatorId} stands behind an API key; expected a person of the team.`)
}

/** An account in the spelling that channels tell it in. */
export async function readAccount(tx: Tx, projectId: number, given: IdentityInput): Promise<IdentityInput> {
  const { kind } = given
  const value = given.value.trim()
  if (kind === 'email' && z.email().safeParse(value).success) return { kind, value: value.toLowerCase() }
  if (kind === 'phone') {
    const { country } = await readProject(tx, projectId)
    const phone = parsePhone(value, country)
    if (phone !== undefined) return { kind, value: phone }
  }
  if (kind !== 'phone' && kind !== 'email' && value !== '') return { kind, value }
  const message = `"${value.slice(0, 60)}" is not a ${kind} that tells who somebody is`
  throw new AppError('invalid', `The account cannot be linked: ${message}.`, { faults: [{ path: 'value', message }] })
}
