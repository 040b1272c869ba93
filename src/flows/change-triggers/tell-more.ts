import type { RecordedChange } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database/database.ts'
import { selectOperator } from '../../team/team.store.ts'
import type { Happening } from './happening.ts'

/** Adds the operator, whom a change names by number only. */
export async function tellMore(tx: Tx, change: RecordedChange, happening: Happening): Promise<Happening> {
  const operatorId = operatorOf(change, happening)
  if (operatorId === undefined) return happening
  const operator = await selectOperator(tx, change.projectId, operatorId)
  if (!operator) return happening
  return { ...happening, operator: { id: operator.id, name: operator.name, email: operator.email } } as Happening
}

function operatorOf({ data }: RecordedChange, happening: Happening): number | undefined {
  if (happening.type === 'assigned') return happening.new
  if (happening.type !== 'task_overdue' && happening.type !== 'task_done') return undefined
  return typeof data.responsibleId === 'number' ? data.responsibleId : undefined
}
