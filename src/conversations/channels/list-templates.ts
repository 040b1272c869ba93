import { AppError } from '../../platform/errors.ts'
import type { MessageTemplate } from '../abilities.ts'
import type { ChannelAdapter } from '../channel.ts'
import type { Channel } from '../conversation.ts'

/** The approved texts of a channel, asked of its vendor. Throws `unsupported` when the channel has none. */
export async function listTemplates(
  channel: Pick<Channel, 'id' | 'name'>,
  adapterOf: (channelId: number) => Promise<ChannelAdapter>,
): Promise<{ items: MessageTemplate[] }> {
  const { templates } = await adapterOf(channel.id)
  if (!templates) throw new AppError('unsupported', `The channel "${channel.name}" has no templates.`)
  return { items: await templates.listTemplates() }
}
