import type { ChannelAdapter, ChannelContext } from '../../src/conversations/channel.ts'
import type { TelegramSettings } from './settings.ts'

/** Connects one Telegram bot. */
export function createTelegramAdapter(_context: ChannelContext<TelegramSettings>): ChannelAdapter {
  throw new Error('Not built yet.')
}
