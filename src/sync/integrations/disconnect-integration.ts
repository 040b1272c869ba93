import type { Database } from '../../platform/database/database.ts'
import { messageOf } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import type { CrmAdapter } from '../crm.ts'
import { getIntegration } from './get-integration.ts'
import type { Integration } from './integration.ts'
import { clearState, updateIntegrationRow } from './integrations.store.ts'

/**
 * Takes an integration off its account: the vendor stops sending, and our tokens are forgotten. What is linked stays linked, for the day when
 * it is connected again. A vendor that cannot be told does not keep us from it; the condition says so. Throws `not_found`.
 */
export async function disconnectIntegration(
  db: Database,
  context: WorkContext,
  { integrationId }: { integrationId: number },
  adapterOf: (integrationId: number) => CrmAdapter,
  signal: AbortSignal,
): Promise<Integration> {
  const { name } = await getIntegration(db, context.projectId, integrationId)
  const error = await leaveAccount(() => adapterOf(integrationId), signal)
  return db.transaction(async (tx) => {
    await clearState(tx, integrationId)
    const disconnected = await updateIntegrationRow(tx, integrationId, {
      account: null,
      lists: null,
      listsAt: null,
      condition: error === undefined ? null : { state: 'stopped', error: `Its vendor could not be told: ${error}` },
      pausedUntil: null,
      updatedAt: context.now,
    })
    await recordWork(tx, context, 'integration.disconnected', {}, { integrationId, name })
    return disconnected!
  })
}

/** Has the vendor stop sending; gives what kept us from it. */
export async function leaveAccount(adapterOf: () => CrmAdapter, signal: AbortSignal): Promise<string | undefined> {
  try {
    await adapterOf().disconnect(signal)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
