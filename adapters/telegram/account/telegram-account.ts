import type { ChannelDefinition } from '../../../src/conversations/channel.ts'
import { createAccountAdapter } from './adapter.ts'
import { accountSettings } from './settings.ts'

/** A Telegram user account: it writes and receives as a person does, may write first, and makes groups. */
export const telegramAccount: ChannelDefinition = {
  kind: 'telegram-account',
  title: 'Telegram account',
  conversations: ['direct', 'group'],
  staysWithListener: true,
  example: { apiId: 12345, apiHash: '0123456789abcdef0123456789abcdef', phone: '+15550100123' },
  settings: accountSettings,
  create: (context) => createAccountAdapter(context),
}
