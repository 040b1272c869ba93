import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from './context.ts'
import type { Operator, OperatorInput } from './operator.ts'
import { recordWork } from './record-work.ts'
import { insertOperator } from './team.store.ts'

/** Takes a person into the team. */
export async function createOperator(tx: Tx, context: WorkContext, input: OperatorInput): Promise<Operator> {
  const operator = await insertOperator(tx, context.projectId, input, context.now)
  await recordWork(tx, context, 'operator.created', {}, { operatorId: operator.id, name: operator.name })
  return operator
}
