import { telegram } from '../../../../adapters/telegram/telegram.ts'
import type { ChannelAdapter, HookRequest } from '../../../../src/conversations/channel.ts'
import type { ChannelEvent } from '../../../../src/conversations/event.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import { createLog, type Log } from '../../../../src/platform/log.ts'
import { channelContext, type TestContext } from '../../../channel-context.ts'
import { type BotApi, type BotApiOptions, startBotApi } from '../../../doubles/bot-api/bot-api.ts'

export const token = '700000001:test-token'
export const secret = 'webhook-secret'
export const hookUrl = 'http://127.0.0.1:9/hooks/abc'

/** A Telegram channel with a Bot API double. */
export interface TestBot {
  api: BotApi
  adapter: ChannelAdapter
  /** What the adapter was given, with what it keeps. */
  context: TestContext<unknown>
  /** What a listening adapter has handed over. */
  received: ChannelEvent[]
  stop(): Promise<void>
}

export interface TestBotOptions {
  settings?: Record<string, unknown>
  hookUrl?: string | undefined
  api?: BotApiOptions
  log?: Log
  /** Called before events count as received: may throw, as a database would. */
  onReceive?: (events: ChannelEvent[]) => Promise<void>
}

export async function startTestBot(options: TestBotOptions = {}): Promise<TestBot> {
  const api = await startBotApi({ retryDelayMs: 5, ...options.api })
  const received: ChannelEvent[] = []
  const settings = telegram.settings.parse({ token, webhookSecret: secret, apiRoot: api.url, ...options.settings })
  const context = channelContext<unknown>(settings, {
    hookUrl: 'hookUrl' in options ? options.hookUrl : hookUrl,
    clock: new VirtualClock(),
    log: options.log ?? createLog('silent'),
    receive: async (events) => {
      await options.onReceive?.(events)
      received.push(...events)
    },
  })
  const adapter = telegram.create(context)
  return {
    api,
    adapter,
    context,
    received,
    stop: async () => {
      await adapter.close()
      await api.close()
    },
  }
}

/** A webhook call with an update. */
export function hookRequest(update: unknown, given: string | undefined = secret): HookRequest {
  const headers = new Headers({ 'content-type': 'application/json' })
  if (given !== undefined) headers.set('x-telegram-bot-api-secret-token', given)
  const body = typeof update === 'string' ? update : JSON.stringify(update)
  return { method: 'POST', url: new URL(hookUrl), headers, body: new TextEncoder().encode(body) }
}

/** An update with a text message of a person in a private chat. */
export function textUpdate(updateId: number, text = 'Hello', from: Record<string, unknown> = {}) {
  return {
    update_id: updateId,
    message: {
      message_id: updateId,
      date: 1_790_000_000,
      chat: { id: 42, type: 'private', first_name: 'Ann' },
      from: { id: 42, is_bot: false, first_name: 'Ann', language_code: 'en', ...from },
      text,
    },
  }
}
