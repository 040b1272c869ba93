import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { invalidInput, parseInput } from '../../platform/faults.ts'
import { randomToken } from '../../platform/ids.ts'
import { readSettings, sealSettings } from '../../platform/secret-settings.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import type { ChannelCatalogue, ChannelDefinition } from '../channel.ts'
import type { Channel } from '../conversation.ts'
import { insertChannel } from './channels.store.ts'
import { sealPlace } from './seal-place.ts'

export const channelNameSchema = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,63}$/u,
    'expected a letter or digit, then letters, digits, spaces, dots, dashes or underscores, 64 at most',
  )
  .describe('Unique in the project; flows and declarations call the channel by it.')

/** When the bot returns to what was taken over. */
export const botReturnsAfterSchema = z
  .int()
  .min(60)
  .max(30 * 24 * 60 * 60)
  .nullable()
  .describe(
    "Seconds after which the bot returns to a conversation that somebody took over in the vendor's own app; null: by hand.",
  )

export const newChannelSchema = z.strictObject({
  kind: z.string().describe('One of `GET /channel-kinds`.'),
  name: channelNameSchema,
  settings: z.record(z.string(), z.unknown()).default({}).describe('As the kind describes them.'),
  enabled: z.boolean().default(true),
  botReturnsAfter: botReturnsAfterSchema.optional(),
})

/** What channels are made with: the kinds there are, and what their secrets are sealed by. */
export interface ChannelParts {
  catalogue: ChannelCatalogue
  vault: Vault
}

/** Makes a channel; it is not connected with its vendor yet. Throws `invalid`, and `conflict` when the name is taken. */
export async function createChannel(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof newChannelSchema>,
  { catalogue, vault }: ChannelParts,
): Promise<Channel> {
  const { kind, name, settings, enabled, botReturnsAfter } = parseInput(newChannelSchema, input, 'channel')
  const definition = definitionOf(catalogue, kind)
  const hookId = randomToken('hk')
  const channel = await insertChannel(tx, {
    projectId: context.projectId,
    kind,
    name,
    settings: sealSettings(definition, vault, sealPlace({ hookId }), readSettings(definition, settings)),
    hookId,
    enabled,
    botReturnsAfter,
    createdAt: context.now,
    updatedAt: context.now,
  })
  if (!channel) throw channelNameTaken(name)
  await recordWork(tx, context, 'channel.created', {}, { channelId: channel.id, name, channelKind: kind })
  return channel
}

/** The kind of that name; throws `invalid` and names those there are. */
export function definitionOf(catalogue: ChannelCatalogue, kind: string): ChannelDefinition {
  const definition = catalogue.get(kind)
  if (definition) return definition
  const message = `there is no kind "${kind}"; expected one of ${[...catalogue.keys()].join(', ')}`
  throw invalidInput('channel', [{ path: 'kind', message }])
}

export function channelNameTaken(name: string): AppError {
  return new AppError('conflict', `The project has a channel "${name}" already; choose another name.`)
}
