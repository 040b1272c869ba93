import { readChannels } from '../../conversations/channels/channels.store.ts'
import { connectChannel } from '../../conversations/channels/connect-channel.ts'
import { messageOf } from '../../platform/errors.ts'
import { type Connected, connectIntegration } from '../../sync/integrations/connect-integration.ts'
import { callbackPath } from '../../sync/integrations/consent.ts'
import { getIntegration } from '../../sync/integrations/get-integration.ts'
import type { WorkContext } from '../../team/context.ts'
import { type Route, route } from '../../team/route.ts'
import type { Services } from '../services.ts'
import { applyDeclaration } from './apply-declaration.ts'
import type { Applied } from './declaration.ts'
import { getExport, postApply } from './declarations.schemas.ts'
import { exportDeclaration } from './export-declaration.ts'

/** The calls that write and read a project as one declaration. */
export function declarationsRoutes(services: Services): Route[] {
  const { db } = services
  return [
    route(postApply, async ({ context, body }) => {
      const { applied, channelIds, integrationIds } = await db.transaction((tx) =>
        applyDeclaration(tx, context, body, services),
      )
      const ofChannels = await connectChannels(services, context, channelIds)
      const ofIntegrations = await connectIntegrations(services, context, integrationIds)
      const noteOf = ({ what, name }: Applied) =>
        what === 'channel' ? ofChannels.get(name) : what === 'integration' ? ofIntegrations.get(name) : undefined
      return { applied: applied.map((item) => ({ ...item, note: noteOf(item) ?? item.note })) }
    }),
    route(getExport, ({ context }) => exportDeclaration(db, context.projectId, services)),
  ]
}

/** Opens and connects the channels that were made or changed, and tells of each by its name what came of it. */
async function connectChannels(
  { db, channels }: Services,
  context: WorkContext,
  channelIds: number[],
): Promise<Map<string, string>> {
  const notes = new Map<string, string>()
  const changed = (await readChannels(db, context.projectId)).filter((channel) => channelIds.includes(channel.id))
  for (const { id, name, enabled } of changed) {
    await channels.changed(id)
    if (!enabled) continue
    const note = await connectChannel(db, context, { channelId: id }, channels.connect).then(
      (channel) => `connected as ${channel.address}`,
      notConnected,
    )
    notes.set(name, note)
  }
  return notes
}

/** A vendor may take so long, in milliseconds, for all that connecting asks of it. */
const connectMs = 60_000

/** The same of integrations. */
async function connectIntegrations(
  { db, crms, publicUrl }: Services,
  context: WorkContext,
  integrationIds: number[],
): Promise<Map<string, string>> {
  const notes = new Map<string, string>()
  for (const integrationId of integrationIds) {
    await crms.changed(integrationId)
    const { name, enabled } = await getIntegration(db, context.projectId, integrationId)
    if (!enabled) continue
    const wanted = { integrationId, callbackUrl: publicUrl + callbackPath }
    const signal = AbortSignal.timeout(connectMs)
    const note = await connectIntegration(db, context, wanted, (id) => crms.adapter(id), signal).then(
      connectedNote,
      notConnected,
    )
    await crms.changed(integrationId)
    notes.set(name, note)
  }
  return notes
}

function connectedNote({ integration, consentUrl, mappingFaults }: Connected): string {
  if (consentUrl !== null) return `its owner has to agree, within half an hour, at ${consentUrl}`
  const faults = mappingFaults.map(({ path, message }) => `${path}: ${message}`)
  return [`connected with ${integration.account}`, ...faults].join('; ')
}

function notConnected(error: unknown): string {
  return `not connected: ${messageOf(error)}`
}
