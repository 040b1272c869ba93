import type { Database } from '../../platform/database/database.ts'
import { showAccountKinds } from '../../platform/http/account-kinds.ts'
import { uuid } from '../../platform/ids.ts'
import { type Route, route } from '../../team/route.ts'
import type { ChannelAdapter, Receipt } from '../channel.ts'
import type { Channel } from '../conversation.ts'
import type { OrderDesk } from '../orders/order-desk.ts'
import * as calls from './channels.schemas.ts'
import { listChannels } from './channels.store.ts'
import { connectChannel } from './connect-channel.ts'
import { type ChannelParts, createChannel } from './create-channel.ts'
import { deleteChannel } from './delete-channel.ts'
import { getChannel } from './get-channel.ts'
import { listTemplates } from './list-templates.ts'
import { showChannels } from './show-channels.ts'
import { updateChannel } from './update-channel.ts'

interface Parts extends ChannelParts {
  db: Database
  publicUrl: string
  orders: Pick<OrderDesk, 'ask'>
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
  const show = async (channel: Channel) => (await showChannels(db, [channel], parts))[0]!
  return [
    route(calls.getChannelKinds, () => showAccountKinds(catalogue)),
    route(calls.getChannels, async ({ context, query }) => {
      const { items, nextCursor } = await listChannels(db, context.projectId, query)
      return { items: await showChannels(db, items, parts), nextCursor }
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
    route(calls.getTemplates, async ({ context, params }) =>
      listTemplates(await getChannel(db, context.projectId, params.id), channels.adapter),
    ),
    route(calls.postTest, async ({ context, params, body }) => {
      const { id, kind } = await getChannel(db, context.projectId, params.id)
      const target = { thread: body.thread, kind: body.kind }
      const ended = AbortSignal.timeout(testTimeoutMs)
      if (!catalogue.get(kind)?.staysWithListener) {
        return (await channels.adapter(id)).send(target, { action: 'message', text: body.text }, ended)
      }
      const order = { kind: 'test' as const, target, text: body.text }
      return (await parts.orders.ask(id, `test:${uuid()}`, 'test', order, ended)) as Receipt
    }),
    route(calls.postReconnect, async ({ context, params }) => {
      const { id } = await getChannel(db, context.projectId, params.id)
      await channels.changed(id)
      return show(await getChannel(db, context.projectId, id))
    }),
  ]
}
