import { isDeepStrictEqual } from 'node:util'
import { readAttributes } from '../../contacts/attributes.store.ts'
import { createAttribute } from '../../contacts/create-attribute.ts'
import { updateAttribute } from '../../contacts/update-attribute.ts'
import type { Tx } from '../../platform/database/database.ts'
import { invalidInput } from '../../platform/faults.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import { loadVariables } from '../../team/load-variables.ts'
import { readProject } from '../../team/read-project.ts'
import { setVariable } from '../../team/set-variable.ts'
import { selectVariables } from '../../team/team.store.ts'
import { updateProject } from '../../team/update-project.ts'
import { atPath } from './at-path.ts'
import type { Applied, Declaration } from './declaration.ts'

/** Applies the settings of the project, its variables and the custom fields of its contacts. */
export async function applyProject(
  tx: Tx,
  context: WorkContext,
  declaration: Declaration,
  vault: Vault,
): Promise<Applied[]> {
  return [
    ...(await applySettings(tx, context, declaration.project)),
    ...(await applyVariables(tx, context, declaration.variables, vault)),
    ...(await applyAttributes(tx, context, declaration.attributes)),
  ]
}

async function applySettings(tx: Tx, context: WorkContext, wanted: Declaration['project']): Promise<Applied[]> {
  if (!wanted) return []
  const before = await readProject(tx, context.projectId)
  const differs = Object.entries(wanted).some(
    ([name, value]) => !isDeepStrictEqual(before[name as keyof typeof wanted], value),
  )
  const after = differs ? await updateProject(tx, context, wanted) : before
  return [{ what: 'project', name: after.name, did: differs ? 'updated' : 'unchanged' }]
}

async function applyVariables(
  tx: Tx,
  context: WorkContext,
  wanted: Declaration['variables'],
  vault: Vault,
): Promise<Applied[]> {
  const rows = new Map((await selectVariables(tx, context.projectId)).map((row) => [row.name, row]))
  const { values } = await loadVariables(tx, vault, context.projectId)
  const applied: Applied[] = []
  for (const [name, declared] of Object.entries(wanted)) {
    const { value = values[name], secret } =
      typeof declared === 'string' ? { value: declared, secret: false } : declared
    if (value === undefined) {
      const message = 'is not in the project yet; expected a value'
      throw invalidInput('declaration', [{ path: `variables.${name}.value`, message }])
    }
    const before = rows.get(name)
    const same = before !== undefined && before.secret === secret && values[name] === value
    if (!same) await setVariable(tx, context, vault, { name, value, secret })
    applied.push({ what: 'variable', name, did: same ? 'unchanged' : before ? 'updated' : 'created' })
  }
  return applied
}

async function applyAttributes(tx: Tx, context: WorkContext, wanted: Declaration['attributes']): Promise<Applied[]> {
  const rows = new Map((await readAttributes(tx, context.projectId)).map((row) => [row.name, row]))
  const applied: Applied[] = []
  for (const [index, attribute] of wanted.entries()) {
    const { name, type, title, choices } = attribute
    const did = await atPath(`attributes[${index}]`, async (): Promise<Applied['did']> => {
      const before = rows.get(name)
      if (!before) {
        await createAttribute(tx, context, attribute)
        return 'created'
      }
      if (before.type !== type) {
        const message = `is ${type}, but the project's attribute "${name}" is ${before.type}; a type cannot be changed`
        throw invalidInput('attribute', [{ path: 'type', message }])
      }
      if (before.title === (title ?? before.title) && isDeepStrictEqual(before.choices, choices ?? null))
        return 'unchanged'
      await updateAttribute(tx, context, { attributeId: before.id, title, choices })
      return 'updated'
    })
    applied.push({ what: 'attribute', name, did })
  }
  return applied
}
