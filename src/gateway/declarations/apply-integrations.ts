import { isDeepStrictEqual } from 'node:util'
import type { Tx } from '../../platform/database/database.ts'
import { invalidInput } from '../../platform/faults.ts'
import { createIntegration, type IntegrationParts } from '../../sync/integrations/create-integration.ts'
import { findIntegrationByName } from '../../sync/integrations/integrations.store.ts'
import { updateIntegration } from '../../sync/integrations/update-integration.ts'
import type { WorkContext } from '../../team/context.ts'
import { atPath } from './at-path.ts'
import type { Applied, Declaration } from './declaration.ts'

type DeclaredIntegration = Declaration['integrations'][number]

/** Applies integrations; those that were made or changed are to be opened anew and connected after the commit. */
export async function applyIntegrations(
  tx: Tx,
  context: WorkContext,
  { integrations }: Declaration,
  parts: IntegrationParts,
): Promise<{ applied: Applied[]; changedIds: number[] }> {
  const applied: Applied[] = []
  const changedIds: number[] = []
  for (const [index, declared] of integrations.entries()) {
    const path = `integrations[${index}]`
    const { id, did } = await atPath(path, () => applyIntegration(tx, context, declared, parts))
    applied.push({ what: 'integration', name: declared.name, did })
    if (did !== 'unchanged') changedIds.push(id)
  }
  return { applied, changedIds }
}

async function applyIntegration(
  tx: Tx,
  context: WorkContext,
  declared: DeclaredIntegration,
  parts: IntegrationParts,
): Promise<{ id: number; did: Applied['did'] }> {
  const { kind, name, ...fields } = declared
  const before = await findIntegrationByName(tx, context.projectId, name)
  if (!before) return { id: (await createIntegration(tx, context, declared, parts)).id, did: 'created' }
  if (before.kind !== kind) {
    const message = `is ${kind}, but the project's integration "${name}" is ${before.kind}; a kind cannot be changed`
    throw invalidInput('integration', [{ path: 'kind', message }])
  }
  const after = await updateIntegration(tx, context, { integrationId: before.id, ...fields }, parts)
  return { id: before.id, did: isDeepStrictEqual(before, after) ? 'unchanged' : 'updated' }
}
