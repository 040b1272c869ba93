import type { Tx } from '../platform/database/database.ts'
import type { Vault } from '../platform/secrets.ts'
import type { WorkContext } from './context.ts'
import { recordWork } from './record-work.ts'
import { upsertVariable } from './team.store.ts'
import { type Variable, type VariableInput, variableSeal } from './variable.ts'

/** Makes or replaces a project variable; a secret one is sealed before it is stored. */
export async function setVariable(
  tx: Tx,
  context: WorkContext,
  vault: Vault,
  { name, value, secret }: VariableInput & { name: string },
): Promise<Variable> {
  const stored = secret ? vault.seal(value, variableSeal(context.projectId, name)) : value
  const row = { projectId: context.projectId, name, value: stored, secret, updatedAt: context.now }
  const variable = await upsertVariable(tx, row)
  await recordWork(tx, context, 'variable.set', {}, { name, hidden: secret })
  return variable
}
