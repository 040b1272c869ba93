import type { ChannelDefinition } from '../../../src/conversations/channel.ts'
import { createWhatsAppWebAdapter } from './adapter.ts'
import { whatsappWebSettings } from './settings.ts'
import { openWwebjsEngine } from './wwebjs/open-engine.ts'

/** A WhatsApp account as one of its linked devices: private chats and groups, signed in to by a QR code. */
export const whatsappWeb: ChannelDefinition = {
  kind: 'whatsapp-web',
  title: 'WhatsApp (linked phone)',
  conversations: ['direct', 'group'],
  example: { mediaLimitMb: 32 },
  staysWithListener: true,
  settings: whatsappWebSettings,
  create: (context) => createWhatsAppWebAdapter(context, openWwebjsEngine),
}
