import type { Queryable } from '../../platform/database/database.ts'
import { leaseHolders } from '../../platform/leases.ts'
import { maskSettings } from '../../platform/secret-settings.ts'
import type { ChannelCatalogue } from '../channel.ts'
import type { Channel } from '../conversation.ts'
import { channelQueue } from '../deliver/message-delivery.ts'

/** Channels as they are shown outside, with the process that listens to each. */
export async function showChannels(
  db: Queryable,
  channels: Channel[],
  { catalogue, publicUrl }: { catalogue: ChannelCatalogue; publicUrl: string },
) {
  const holders = await leaseHolders(
    db,
    channels.map(({ id }) => channelQueue(id)),
  )
  return channels.map((channel) => {
    const definition = catalogue.get(channel.kind)
    return {
      ...channel,
      settings: definition ? maskSettings(definition, channel.settings) : {},
      hookUrl: `${publicUrl}/hooks/${channel.hookId}`,
      pageUrl: definition?.pages ? `${publicUrl}/channels/${channel.kind}/${channel.hookId}` : null,
      holder: holders.get(channelQueue(channel.id)) ?? null,
    }
  })
}
