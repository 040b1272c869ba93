import type { ChannelHub } from '../conversations/channels/channel-hub.ts'
import { channelQueue } from '../conversations/deliver/message-delivery.ts'
import { openChannels } from '../gateway/open-channels.ts'
import type { OpenChannels } from '../gateway/services.ts'
import type { Dispatcher } from '../platform/deliveries/dispatcher.ts'
import type { Log } from '../platform/log.ts'
import type { Signals } from '../platform/signals.ts'

export interface ChannelsParts {
  hub: ChannelHub
  signals: Signals
  log: Log
  dispatcher: Dispatcher
  /** What this process would hold has changed. */
  refreshLeases(): Promise<void>
}

/** The channels as the gateway asks for them; one that changed anywhere is opened anew in every process. */
export function followChannels({ hub, signals, log, dispatcher, refreshLeases }: ChannelsParts): OpenChannels {
  /** Opened anew, and if this process holds it, listened to again. */
  const reopen = async (channelId: number): Promise<void> => {
    await hub.reload(channelId)
    await refreshLeases()
    if (dispatcher.owns(channelQueue(channelId))) await hub.listen(channelId)
  }
  signals.onTopics('channel:', (channelId) => {
    reopen(Number(channelId)).catch((error: unknown) =>
      log.error({ error, channelId }, 'A channel cannot be opened anew.'),
    )
  })
  return openChannels(hub, async (channelId) => {
    await reopen(channelId)
    signals.notifyOthers(`channel:${channelId}`)
  })
}
