import { z } from 'zod'
import type { Database } from '../platform/database/database.ts'
import { type Route, route } from '../team/route.ts'
import type { ChannelAdapter } from './channel.ts'
import { maskSettings, secretNames } from './channel-settings.ts'
import * as calls from './channels.schemas.ts'
import { listChannels } from './channels.store.ts'
import { connectChannel } from './connect-channel.ts'
import type { Channel } from './conversation.ts'
import { type ChannelParts, createChannel } from './create-channel.ts'
import { deleteChannel } from './delete-channel.ts'
import { getChannel } from './get-channel.ts'
import { updateChannel } from './update-channel.ts'

interface Parts extends ChannelParts {
  db: Database
  publicUrl: string
  channels: {
    adapter(channelId: number): Promise<ChannelAdapter>
    connect(channelId: number): Promise<{ address: string }>
    changed(channelId: number): Promise<void>
  }
}

const testTimeoutMs = 15_000

/** The calls about channels and their kinds. */
export function channelsRoutes(parts: Parts): Route[] {
  const { db, catalogue, channels } = parts
  const show = (channel: Channel) => channelView(channel, parts)
  return [
    route(calls.getChannelKinds, () => ({
      items: [...catalogue.values()].map((definition) => ({
        kind: definition.kind,
        title: definition.title,
        settings: z.toJSONSchema(definition.settings, { io: 'input' }),
        secrets: secretNames(definition),
      })),
    })),
    route(calls.getChannels, async ({ context, query }) => {
      const { items, nextCursor } = await listChannels(db, context.projectId, query)
      return { items: items.map(show), nextCursor }
    }),
    route(calls.postChannel, async ({ context, body }) => {
      const channel = await db.transaction((tx) => createChannel(tx, context, body, parts))
      await channels.changed(channel.id)
      return show(channel)
    }),
    route(calls.getChannelById, async ({ context, params }) =>
      show(await getChannel(db, context.projectId, params.id)),
    ),
    route(calls.patchChannel, async ({ context, params, body }) => {
      const channel = await db.transaction((tx) => updateChannel(tx, context, { channelId: params.id, ...body }, parts))
      await channels.changed(channel.id)
      return show(channel)
    }),
    route(calls.removeChannel, async ({ context, params }) => {
      await db.transaction((tx) => deleteChannel(tx, context, { channelId: params.id }))
      await channels.changed(params.id)
    }),
    route(calls.postConnect, async ({ context, params }) =>
      show(await connectChannel(db, context, { channelId: params.id }, channels.connect)),
    ),
    route(calls.postTest, async ({ context, params, body }) => {
      const { id } = await getChannel(db, context.projectId, params.id)
      const adapter = await channels.adapter(id)
      const target = { thread: body.thread, kind: 'direct' as const }
      return adapter.send(target, { action: 'message', text: body.text }, AbortSignal.timeout(testTimeoutMs))
    }),
  ]
}

/** The channel as it is shown outside. */
export function channelView(channel: Channel, { catalogue, publicUrl }: Pick<Parts, 'catalogue' | 'publicUrl'>) {
  const definition = catalogue.get(channel.kind)
  return {
    ...channel,
    settings: definition ? maskSettings(definition, channel.settings) : {},
    hookUrl: `${publicUrl}/hooks/${channel.hookId}`,
    pageUrl: definition?.pages ? `${publicUrl}/channels/${channel.kind}/${channel.hookId}` : null,
  }
}
