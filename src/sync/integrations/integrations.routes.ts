import type { Database } from '../../platform/database/database.ts'
import { showAccountKinds } from '../../platform/http/account-kinds.ts'
import { type Route, route } from '../../team/route.ts'
import type { CrmAdapter } from '../crm.ts'
import { connectIntegration } from './connect-integration.ts'
import { callbackPath } from './consent.ts'
import { createIntegration, type IntegrationParts } from './create-integration.ts'
import { deleteIntegration } from './delete-integration.ts'
import { disconnectIntegration, leaveAccount } from './disconnect-integration.ts'
import { getIntegration } from './get-integration.ts'
import type { Integration } from './integration.ts'
import * as calls from './integrations.schemas.ts'
import { listIntegrations } from './integrations.store.ts'
import { readLists } from './read-lists.ts'
import { showIntegrations } from './show-integrations.ts'
import { updateIntegration } from './update-integration.ts'

interface Parts extends IntegrationParts {
  db: Database
  publicUrl: string
  crms: {
    adapter(integrationId: number): CrmAdapter
    changed(integrationId: number): Promise<void>
  }
}

/** The vendor may take so long, in milliseconds, for all that connecting asks of it; and for leaving it. */
const connectMs = 60_000
const leaveMs = 15_000

/** The calls about integrations with other CRMs and their kinds. */
export function integrationsRoutes(parts: Parts): Route[] {
  const { db, crmCatalogue, crms } = parts
  const adapterOf = (id: number) => crms.adapter(id)
  const show = async (integration: Integration) => (await showIntegrations(db, [integration], parts))[0]!
  return [
    route(calls.getIntegrationKinds, () => showAccountKinds(crmCatalogue)),
    route(calls.getIntegrations, async ({ context, query }) => {
      const { items, nextCursor } = await listIntegrations(db, context.projectId, query)
      return { items: await showIntegrations(db, items, parts), nextCursor }
    }),
    route(calls.postIntegration, async ({ context, body }) => {
      const integration = await db.transaction((tx) => createIntegration(tx, context, body, parts))
      await crms.changed(integration.id)
      return show(integration)
    }),
    route(calls.getIntegrationById, async ({ context, params }) =>
      show(await getIntegration(db, context.projectId, params.id)),
    ),
    route(calls.patchIntegration, async ({ context, params, body }) => {
      const input = { integrationId: params.id, ...body }
      const integration = await db.transaction((tx) => updateIntegration(tx, context, input, parts))
      await crms.changed(integration.id)
      return show(integration)
    }),
    route(calls.removeIntegration, async ({ context, params }) => {
      const { id, account } = await getIntegration(db, context.projectId, params.id)
      if (account !== null) await leaveAccount(() => adapterOf(id), AbortSignal.timeout(leaveMs))
      await db.transaction((tx) => deleteIntegration(tx, context, { integrationId: id }))
      await crms.changed(id)
    }),
    route(calls.postIntegrationConnect, async ({ context, params }) => {
      const wanted = { integrationId: params.id, callbackUrl: parts.publicUrl + callbackPath }
      const { integration, ...came } = await connectIntegration(
        db,
        context,
        wanted,
        adapterOf,
        AbortSignal.timeout(connectMs),
      )
      await crms.changed(integration.id)
      return { ...(await show(integration)), ...came }
    }),
    route(calls.postIntegrationDisconnect, async ({ context, params }) => {
      const wanted = { integrationId: params.id }
      const integration = await disconnectIntegration(db, context, wanted, adapterOf, AbortSignal.timeout(leaveMs))
      await crms.changed(integration.id)
      return show(integration)
    }),
    route(calls.getIntegrationLists, async ({ context, params, query }) => {
      const { id } = await getIntegration(db, context.projectId, params.id)
      const wanted = { integrationId: id, refresh: query.refresh, now: context.now }
      const { lists, readAt } = await readLists(db, wanted, adapterOf, AbortSignal.timeout(connectMs))
      return { ...lists, readAt }
    }),
  ]
}
