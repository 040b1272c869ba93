import { readChannels } from '../../conversations/channels/channels.store.ts'
import { connectChannel } from '../../conversations/channels/connect-channel.ts'
import { messageOf } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { type Route, route } from '../../team/route.ts'
import type { Services } from '../services.ts'
import { applyDeclaration } from './apply-declaration.ts'
import type { Applied } from './declaration.ts'
import { getExport, postApply } from './declarations.schemas.ts'
import { exportDeclaration } from './export-declaration.ts'

/** The calls that write and read a project as one declaration. */
export function declarationsRoutes(services: Services): Route[] {
  const { db, catalogue } = services
  return [
    route(postApply, async ({ context, body }) => {
      const { applied, channelIds } = await db.transaction((tx) => applyDeclaration(tx, context, body, services))
      return { applied: await connectChannels(services, context, applied, channelIds) }
    }),
    route(getExport, ({ context }) => exportDeclaration(db, context.projectId, catalogue)),
  ]
}

/** Opens and connects the channels that were made or changed, and notes at each what came of it. */
async function connectChannels(
  { db, channels }: Services,
  context: WorkContext,
  applied: Applied[],
  channelIds: number[],
): Promise<Applied[]> {
  const notes = new Map<string, string>()
  const changed = (await readChannels(db, context.projectId)).filter((channel) => channelIds.includes(channel.id))
  for (const { id, name, enabled } of changed) {
    await channels.changed(id)
    if (!enabled) continue
    const note = await connectChannel(db, context, { channelId: id }, channels.connect).then(
      (channel) => `connected as ${channel.address}`,
      (error: unknown) => `not connected: ${messageOf(error)}`,
    )
    notes.set(name, note)
  }
  return applied.map((item) => {
    const note = item.what === 'channel' ? notes.get(item.name) : undefined
    return note === undefined ? item : { ...item, note }
  })
}
