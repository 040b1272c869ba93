import type { ChannelHub } from '../conversations/channels/channel-hub.ts'
import type { OpenChannels } from './services.ts'

/** The hub's channels as the gateway asks for them; `changed` opens one anew in every process. */
export function openChannels(hub: ChannelHub, changed: OpenChannels['changed']): OpenChannels {
  return {
    byHook: async (hookId) => {
      const open = await hub.findByHook(hookId)
      return open && { id: open.channel.id, projectId: open.channel.projectId, adapter: open.adapter }
    },
    capabilities: (channelId, kind) => hub.capabilities(channelId, kind),
    adapter: async (channelId) => hub.adapter(channelId),
    connect: (channelId) => hub.adapter(channelId).connect(),
    changed,
  }
}
