import type { ChannelDefinition } from '../../../src/conversations/channel.ts'
import { createWhatsappCloudAdapter } from './adapter.ts'
import { whatsappCloudSettings } from './settings.ts'

/** A number on the official WhatsApp Business Cloud API. */
export const whatsappCloud: ChannelDefinition = {
  kind: 'whatsapp-cloud',
  title: 'WhatsApp Cloud API',
  conversations: ['direct'],
  example: {
    phoneNumberId: '106540352242922',
    businessAccountId: '102290129340398',
    accessToken: 'EAAJBexampleexampleexample',
    appSecret: '0123456789abcdef0123456789abcdef',
    verifyToken: 'a-word-of-your-own',
  },
  settings: whatsappCloudSettings,
  create: createWhatsappCloudAdapter,
}
