import type { Queryable } from '../../platform/database/database.ts'
import { leaseHolders } from '../../platform/leases.ts'
import { maskSettings } from '../../platform/secret-settings.ts'
import type { CrmCatalogue } from '../crm.ts'
import { exchangeLease, type Integration } from './integration.ts'

/** Integrations as they are shown outside, with the process that works for each. */
export async function showIntegrations(
  db: Queryable,
  integrations: Integration[],
  { crmCatalogue, publicUrl }: { crmCatalogue: CrmCatalogue; publicUrl: string },
) {
  const holders = await leaseHolders(
    db,
    integrations.map(({ id }) => exchangeLease(id)),
  )
  return integrations.map((integration) => {
    const definition = crmCatalogue.get(integration.kind)
    return {
      ...integration,
      settings: definition ? maskSettings(definition, integration.settings) : {},
      hookUrl: `${publicUrl}/hooks/${integration.hookId}`,
      holder: holders.get(exchangeLease(integration.id)) ?? null,
    }
  })
}
