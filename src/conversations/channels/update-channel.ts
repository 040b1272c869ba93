import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { parseInput } from '../../platform/faults.ts'
import { mergeSettings, openSettings, readSettings, sealSettings } from '../../platform/secret-settings.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import type { Channel } from '../conversation.ts'
import { findChannelByName, updateChannelRow } from './channels.store.ts'
import {
  botReturnsAfterSchema,
  type ChannelParts,
  channelNameSchema,
  channelNameTaken,
  definitionOf,
} from './create-channel.ts'
import { getChannel } from './get-channel.ts'
import { sealPlace } from './seal-place.ts'

export const channelUpdateSchema = z.strictObject({
  name: channelNameSchema.optional(),
  settings: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Laid over those it has: null takes one away, a masked secret stays as it was.'),
  enabled: z.boolean().optional().describe('A channel that is switched off neither receives nor sends.'),
  botReturnsAfter: botReturnsAfterSchema.optional(),
})

/**
 * Changes what is present of a channel. What stays the same is not recorded. Throws `invalid`, `not_found`, and `conflict`
 * when the name is taken.
 */
export async function updateChannel(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof channelUpdateSchema> & { channelId: number },
  { catalogue, vault }: ChannelParts,
): Promise<Channel> {
  const { channelId, ...rest } = input
  const { name, settings, enabled, botReturnsAfter } = parseInput(channelUpdateSchema, rest, 'channel')
  const before = await getChannel(tx, context.projectId, channelId)
  const namesake = name === undefined ? undefined : await findChannelByName(tx, context.projectId, name)
  if (name !== undefined && namesake && namesake.id !== before.id) throw channelNameTaken(name)

  const definition = definitionOf(catalogue, before.kind)
  const opened = openSettings(definition, vault, sealPlace(before), before.settings)
  const wanted = readSettings(definition, mergeSettings(opened, settings ?? {}))
  const changed = [
    ...(name !== undefined && name !== before.name ? ['name'] : []),
    ...(enabled !== undefined && enabled !== before.enabled ? ['enabled'] : []),
    ...(botReturnsAfter !== undefined && botReturnsAfter !== before.botReturnsAfter ? ['botReturnsAfter'] : []),
    ...(isDeepStrictEqual(opened, wanted) ? [] : ['settings']),
  ]
  if (changed.length === 0) return before
  const channel = await updateChannelRow(tx, before.id, {
    name: name ?? before.name,
    enabled: enabled ?? before.enabled,
    botReturnsAfter: botReturnsAfter === undefined ? before.botReturnsAfter : botReturnsAfter,
    ...(changed.includes('settings') && { settings: sealSettings(definition, vault, sealPlace(before), wanted) }),
    error: null,
    updatedAt: context.now,
  })
  await recordWork(tx, context, 'channel.updated', {}, { channelId: channel.id, name: channel.name, fields: changed })
  return channel
}
