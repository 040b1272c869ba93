import type { Database } from '../../platform/database/database.ts'
import { recordWork } from '../../team/record-work.ts'
import type { Condition } from '../channel-tools.ts'
import { findChannel, updateChannelRow } from './channels.store.ts'

/**
 * Notes how a channel fares, as its adapter tells. When it begins to fail, is stopped, wants to be signed in to or works again, that is a
 * change, of which operators hear.
 */
export async function noteCondition(db: Database, channelId: number, condition: Condition, now: Date): Promise<void> {
  await db.transaction(async (tx) => {
    const channel = await findChannel(tx, channelId)
    if (!channel) return
    const before = channel.condition?.state ?? 'working'
    await updateChannelRow(tx, channelId, { condition, error: condition.error ?? null })
    if (condition.state === before || condition.state === 'connecting') return
    await recordWork(
      tx,
      { projectId: channel.projectId, now, by: { kind: 'channel', id: channelId } },
      'channel.condition_changed',
      {},
      { channelId, name: channel.name, from: before, to: condition.state, error: condition.error ?? null },
    )
  })
}
