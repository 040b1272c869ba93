import type { ChannelDefinition } from '../../src/conversations/channel.ts'
import { createTelegramAdapter } from './adapter.ts'
import { telegramSettings } from './settings.ts'

/** A Telegram bot: private chats, groups and forum topics, by webhook or long polling. */
export const telegram: ChannelDefinition = {
  kind: 'telegram',
  title: 'Telegram bot',
  conversations: ['direct', 'group'],
  example: { token: '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw' },
  settings: telegramSettings,
  create: createTelegramAdapter,
}
