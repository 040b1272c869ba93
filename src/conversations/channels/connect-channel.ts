import type { Database } from '../../platform/database/database.ts'
import { messageOf } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import type { Channel } from '../conversation.ts'
import { updateChannelRow } from './channels.store.ts'
import { getChannel } from './get-channel.ts'

/**
 * Checks a channel's account with its vendor and notes what the vendor calls it. The vendor is asked outside of any
 * transaction; what it refuses is noted at the channel and thrown.
 */
export async function connectChannel(
  db: Database,
  context: WorkContext,
  input: { channelId: number },
  connect: (channelId: number) => Promise<{ address: string }>,
): Promise<Channel> {
  const channel = await getChannel(db, context.projectId, input.channelId)
  try {
    const { address } = await connect(channel.id)
    return await db.transaction(async (tx) => {
      const connected = await updateChannelRow(tx, channel.id, { address, error: null, updatedAt: context.now })
      await recordWork(tx, context, 'channel.connected', {}, { channelId: channel.id, name: channel.name, address })
      return connected
    })
  } catch (error) {
    await updateChannelRow(db, channel.id, { error: messageOf(error), updatedAt: context.now })
    throw error
  }
}
