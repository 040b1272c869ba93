import type { ChannelCatalogue, ChannelDefinition } from '../src/conversations/channel.ts'
import { telegram } from './telegram/telegram.ts'
import { voice } from './voice/voice.ts'
import { webchat } from './webchat/webchat.ts'
import { whatsappCloud } from './whatsapp/cloud/whatsapp-cloud.ts'
import { whatsappWeb } from './whatsapp/web/whatsapp-web.ts'

const definitions: ChannelDefinition[] = [telegram, webchat, whatsappCloud, whatsappWeb, voice]

/** The channels that the program can connect, by kind. */
export const channelCatalogue: ChannelCatalogue = new Map(
  definitions.map((definition) => [definition.kind, definition]),
)
