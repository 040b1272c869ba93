import type { Queryable } from '../platform/database/database.ts'
import type { Vault } from '../platform/secrets.ts'
import { selectVariables } from './team.store.ts'
import { variableSeal } from './variable.ts'

/** A project's variables by name, opened, and which of the values are secrets to be masked wherever they are shown. */
export async function loadVariables(
  db: Queryable,
  vault: Vault,
  projectId: number,
): Promise<{ values: Record<string, string>; secrets: string[] }> {
  const values: Record<string, string> = {}
  const secrets: string[] = []
  for (const { name, value, secret } of await selectVariables(db, projectId)) {
    const opened = secret ? vault.open(value, variableSeal(projectId, name)) : value
    values[name] = opened
    if (secret) secrets.push(opened)
  }
  return { values, secrets }
}
