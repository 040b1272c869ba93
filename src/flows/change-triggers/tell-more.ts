import type { RecordedChange } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database/database.ts'
import { selectOperator } from '../../team/team.store.ts'
import type { Happening } from './happening.ts'

/** Adds what the change names by number only: the operator who was given something. */
export async function tellMore(tx: Tx, change: RecordedChange, happening: Happening): Promise<Happening> {
  if (happening.type !== 'assigned') return happening
  const operator = await selectOperator(tx, change.projectId, happening.new)
  return operator
    ? { ...happening, operator: { id: operator.id, name: operator.name, email: operator.email } }
    : happening
}
