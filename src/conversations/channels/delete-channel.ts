import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { deleteChannelRow } from './channels.store.ts'
import { getChannel } from './get-channel.ts'

/** Removes a channel with its conversations and messages. Throws `not_found`. */
export async function deleteChannel(tx: Tx, context: WorkContext, input: { channelId: number }): Promise<void> {
  const channel = await getChannel(tx, context.projectId, input.channelId)
  await deleteChannelRow(tx, channel.id)
  await recordWork(tx, context, 'channel.deleted', {}, { channelId: channel.id, name: channel.name })
}
