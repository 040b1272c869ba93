import type { ChannelCatalogue, ChannelDefinition } from '../src/conversations/channel.ts'
import type { CrmCatalogue, CrmDefinition } from '../src/sync/crm.ts'
import { amocrm } from './amocrm/amocrm.ts'
import { email } from './email/email.ts'
import { restCrm } from './rest-crm/rest-crm.ts'
import { telegramAccount } from './telegram/account/telegram-account.ts'
import { telegram } from './telegram/telegram.ts'
import { voice } from './voice/voice.ts'
import { webchat } from './webchat/webchat.ts'
import { whatsappCloud } from './whatsapp/cloud/whatsapp-cloud.ts'
import { whatsappWeb } from './whatsapp/web/whatsapp-web.ts'

const definitions: ChannelDefinition[] = [telegram, telegramAccount, webchat, whatsappCloud, whatsappWeb, email, voice]

/** The channels that the program can connect, by kind. */
export const channelCatalogue: ChannelCatalogue = new Map(
  definitions.map((definition) => [definition.kind, definition]),
)

const crmDefinitions: CrmDefinition[] = [amocrm, restCrm]

/** The other CRMs that the program can connect, by kind. */
export const crmCatalogue: CrmCatalogue = new Map(crmDefinitions.map((definition) => [definition.kind, definition]))
