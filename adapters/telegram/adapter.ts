import { createHash } from 'node:crypto'
import type { Update } from 'grammy/types'
import type { ChannelAdapter, ChannelContext } from '../../src/conversations/channel.ts'
import type { ChannelEvent } from '../../src/conversations/event.ts'
import { AppError } from '../../src/platform/errors.ts'
import { sameSecret } from '../kit/same-secret.ts'
import { allowedUpdates } from './allowed-updates.ts'
import { openBotClient } from './bot-client.ts'
import { answerButtonPresses } from './button-presses.ts'
import { telegramCapabilities } from './capabilities.ts'
import { createDesk } from './desk/create-desk.ts'
import { addresseeOf } from './desk/desk-event.ts'
import { fetchFile } from './fetch-file.ts'
import { namesSomebody } from './inbound/addressing.ts'
import { eventsOf } from './inbound/events.ts'
import { largest } from './inbound/parts.ts'
import { sendOutbound } from './outbound/send.ts'
import { startPolling } from './polling.ts'
import { readUpdate } from './read-update.ts'
import type { TelegramSettings } from './settings.ts'
import { parseThread } from './thread.ts'

/** Connections that Telegram may open to us at once for one bot (core.telegram.org/bots/api#setwebhook). */
const maxConnections = 100

/** Connects one Telegram bot. Nothing is asked of Telegram until `connect`. */
export function createTelegramAdapter(context: ChannelContext<TelegramSettings>): ChannelAdapter {
  const { channel, clock, hookUrl, log } = context
  const { settings } = channel
  const mode = settings.mode ?? (hookUrl === undefined ? 'polling' : 'webhook')
  const client = openBotClient(settings)
  const presses = answerButtonPresses(client, log)
  const webhookSecret = settings.webhookSecret ?? secretOf(settings.token)

  /** Another process may have connected the bot: who it is called is asked when somebody is called by name. */
  async function understand(update: Update): Promise<ChannelEvent[]> {
    if (client.bot.username === undefined && namesSomebody(update)) await client.learn()
    const parts = { bot: client.bot, settings, desk: context.desk, now: clock.now() }
    const addressee = await addresseeOf(update, parts)
    if (addressee.of === 'team') return addressee.event ? [addressee.event] : []
    presses.answer(update)
    return eventsOf(update, client.bot, clock.now())
  }

  return {
    ...createDesk(client, context),

    capabilities: telegramCapabilities,

    pacing: () => ({
      perSecond: settings.pacing.messagesPerSecond,
      perThreadPerSecond: settings.pacing.perChatPerSecond,
      perGroupPerMinute: settings.pacing.perGroupPerMinute,
    }),

    async connect() {
      const { username } = await client.learn()
      if (mode === 'polling') {
        await client.call((api) => api.deleteWebhook())
      } else {
        const url = webhookAddress(hookUrl)
        await client.call((api) =>
          api.setWebhook(url, {
            secret_token: webhookSecret,
            allowed_updates: allowedUpdates,
            max_connections: maxConnections,
          }),
        )
      }
      return { address: `@${username}` }
    },

    async receive(request) {
      const given = request.headers.get('x-telegram-bot-api-secret-token')
      if (!sameSecret(given, webhookSecret)) {
        throw new AppError('unauthenticated', 'The header X-Telegram-Bot-Api-Secret-Token is missing or wrong.')
      }
      return { response: { status: 200 }, events: await understand(readUpdate(request.body)) }
    },

    send: async (target, outbound, signal) =>
      sendOutbound({ client, files: context.files }, parseThread(target.thread), outbound, signal),

    listen: async () => {
      if (mode === 'webhook') return async () => undefined
      return startPolling(client, log, async (updates) => {
        const events = []
        for (const update of updates) events.push(...(await understand(update)))
        await context.receive(events)
      })
    },

    /** A person's private chat has the person's own number (core.telegram.org/bots/api#chat); the bot may write once it was started. */
    threadFor(identities) {
      const known = identities.find(({ kind, value }) => kind === 'telegram' && /^\d+$/.test(value))
      return known && { id: known.value, kind: 'direct' }
    },

    fetchFile: (ref) => fetchFile(client, settings, ref),

    async fetchPicture(identities) {
      const userId = Number(this.threadFor?.(identities)?.id)
      if (!userId) return undefined
      const { photos } = await client.call((api) => api.getUserProfilePhotos(userId, { limit: 1 }))
      const [first] = photos
      return first && fetchFile(client, settings, largest(first).file_id)
    },

    async close() {
      await presses.close()
      client.close()
    },
  }
}

function webhookAddress(url: string | undefined): string {
  if (url !== undefined) return url
  throw new AppError(
    'invalid',
    'mode is "webhook", but the program has no public address: set PUBLIC_URL to an https address, or mode to "polling".',
  )
}

/** The secret of a channel that was given none: only who knows the token can make it. */
function secretOf(token: string): string {
  return createHash('sha256').update(`webhook of ${token}`).digest('hex')
}
