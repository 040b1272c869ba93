import type { Tx } from '../../platform/database/database.ts'
import { availableOperators } from '../../team/available-operators.ts'
import type { WorkContext } from '../../team/context.ts'
import type { Operator } from '../../team/operator.ts'
import { findOperatorByEmail } from '../../team/team.store.ts'
import { type Client, lockClient } from './client.ts'
import { giveClient, type Together } from './give-client.ts'

export interface ClientAssignment extends Together {
  /** Whose client it becomes; without an e-mail that of a random operator who is available. */
  email?: string
  /** Only when the operator is on shift and within their working hours. */
  onlyAvailable: boolean
}

/**
 * Gives a client to a chosen operator, or to a random one who is available. Gives the operator; undefined when there is none
 * with the e-mail or none available, and then nothing is changed.
 */
export async function assignClient(
  tx: Tx,
  context: WorkContext,
  client: Client,
  { email, onlyAvailable, withContact, withDeal }: ClientAssignment,
): Promise<Operator | undefined> {
  const { projectId, now } = context
  const locked = await lockClient(tx, projectId, client)
  const operator = await choose()
  if (!operator || operator.role === 'service') return undefined
  await giveClient(tx, context, locked, { operatorId: operator.id, withContact, withDeal })
  return operator

  async function choose(): Promise<Operator | undefined> {
    const available = email === undefined || onlyAvailable ? await availableOperators(tx, projectId, now) : []
    if (email === undefined) return available[Math.floor(Math.random() * available.length)]
    const named = await findOperatorByEmail(tx, projectId, email)
    return onlyAvailable ? available.find(({ id }) => id === named?.id) : named
  }
}
