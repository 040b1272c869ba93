import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { getIntegration } from './get-integration.ts'
import { deleteIntegrationRow } from './integrations.store.ts'

/** Removes an integration with all that is known of its account; nothing is removed there. Throws `not_found`. */
export async function deleteIntegration(tx: Tx, context: WorkContext, input: { integrationId: number }): Promise<void> {
  const { id: integrationId, name } = await getIntegration(tx, context.projectId, input.integrationId)
  await deleteIntegrationRow(tx, integrationId)
  await recordWork(tx, context, 'integration.deleted', {}, { integrationId, name })
}
