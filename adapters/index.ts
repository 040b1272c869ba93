import type { ChannelCatalogue, ChannelDefinition } from '../src/conversations/channel.ts'
import { telegram } from './telegram/telegram.ts'

const definitions: ChannelDefinition[] = [telegram]

/** The channels that the program can connect, by kind. */
export const channelCatalogue: ChannelCatalogue = new Map(
  definitions.map((definition) => [definition.kind, definition]),
)
