import { isDeepStrictEqual } from 'node:util'
import { findChannelByName } from '../../conversations/channels/channels.store.ts'
import { type ChannelParts, createChannel } from '../../conversations/channels/create-channel.ts'
import { updateChannel } from '../../conversations/channels/update-channel.ts'
import type { Tx } from '../../platform/database/database.ts'
import { invalidInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { atPath } from './at-path.ts'
import type { Applied, Declaration } from './declaration.ts'

type DeclaredChannel = Declaration['channels'][number]

/** Applies channels; those that were made or changed are to be opened anew after the commit. */
export async function applyChannels(
  tx: Tx,
  context: WorkContext,
  { channels }: Declaration,
  parts: ChannelParts,
): Promise<{ applied: Applied[]; changedIds: number[] }> {
  const applied: Applied[] = []
  const changedIds: number[] = []
  for (const [index, declared] of channels.entries()) {
    const { id, did } = await atPath(`channels[${index}]`, () => applyChannel(tx, context, declared, parts))
    applied.push({ what: 'channel', name: declared.name, did })
    if (did !== 'unchanged') changedIds.push(id)
  }
  return { applied, changedIds }
}

async function applyChannel(
  tx: Tx,
  context: WorkContext,
  declared: DeclaredChannel,
  parts: ChannelParts,
): Promise<{ id: number; did: Applied['did'] }> {
  const { kind, name, settings, enabled, botReturnsAfter } = declared
  const before = await findChannelByName(tx, context.projectId, name)
  if (!before) return { id: (await createChannel(tx, context, declared, parts)).id, did: 'created' }
  if (before.kind !== kind) {
    const message = `is ${kind}, but the project's channel "${name}" is ${before.kind}; a kind cannot be changed`
    throw invalidInput('channel', [{ path: 'kind', message }])
  }
  const after = await updateChannel(tx, context, { channelId: before.id, settings, enabled, botReturnsAfter }, parts)
  return { id: before.id, did: isDeepStrictEqual(before, after) ? 'unchanged' : 'updated' }
}
