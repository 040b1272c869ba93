import type { ChannelAdapter, ChannelContext } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { abortable } from './abortable.ts'
import { createAccount } from './account.ts'
import type { MakeClient } from './base-client.ts'
import { createBotGroups } from './bot-groups.ts'
import { accountCapabilities } from './capabilities.ts'
import { createGroupCreator } from './group-creator.ts'
import type { Self } from './kept-state.ts'
import { listenToAccount } from './listen.ts'
import type { AccountSettings } from './settings.ts'
import { createSignIn } from './sign-in.ts'

/** What a test may put in place of the real thing. */
export interface AccountOverrides {
  makeClient?: MakeClient
  /** Waits so many milliseconds. */
  wait?: (ms: number) => Promise<void>
}

/** Connects one Telegram user account. Nothing is asked of Telegram before somebody signs in. */
export function createAccountAdapter(
  given: ChannelContext<AccountSettings>,
  { makeClient, wait }: AccountOverrides = {},
): ChannelAdapter {
  const { settings } = given.channel
  const botGroups = createBotGroups(given.state)
  const context: ChannelContext<AccountSettings> = {
    ...given,
    async receive(events) {
      const told = await botGroups.without(events)
      if (told.length > 0) await given.receive(told)
    },
  }
  const account = createAccount(context, makeClient)
  const signIn = createSignIn(context, account)

  return {
    capabilities: accountCapabilities,

    pacing: () => ({
      perSecond: settings.pacing.messagesPerSecond,
      perThreadPerSecond: settings.pacing.perChatPerSecond,
      perGroupPerMinute: settings.pacing.perGroupPerMinute,
    }),

    /** Connecting anew lets sending go on that Telegram had stopped; an account that nobody signed in to has its phone for a name. */
    async connect() {
      await account.resume()
      const self = await account.self()
      return { address: self ? addressOf(self) : (settings.phone ?? 'not signed in') }
    },

    async receive() {
      throw new AppError('not_found', 'A Telegram account has no hook: it is listened to over a connection of its own.')
    },

    async send(target, outbound, signal) {
      await account.checkSending()
      const { sendOutbound } = await import('./outbound/send.ts')
      const tools = { http: context.http, files: context.files, sent: account.sent }
      return account.ask((client) => abortable(sendOutbound(client, tools, target, outbound, signal), signal))
    },

    listen: async () => listenToAccount(account, signIn, context.log),

    /** The number is the surest; somebody known by a name or phone alone gets a thread that moves to the number once found. */
    threadFor(identities) {
      const of = (...kinds: string[]) => identities.find(({ kind }) => kinds.includes(kind))?.value
      const id = of('telegram')
      if (id !== undefined && /^\d+$/.test(id)) return { id, kind: 'direct' }
      const username = of('telegram_username', 'username')
      if (username !== undefined && /^@?\w{3,32}$/.test(username)) {
        return { id: `@${username.replace(/^@/, '')}`, kind: 'direct' }
      }
      const phone = of('phone')
      return phone !== undefined && /^\+\d{5,15}$/.test(phone) ? { id: phone, kind: 'direct' } : undefined
    },

    async fetchFile(ref) {
      const { fetchFile } = await import('./fetch-file.ts')
      return account.ask((client) => fetchFile(client, ref))
    },

    signIn,
    groups: createGroupCreator(context, { account, botGroups, wait }),

    async close() {
      await signIn.abandon()
      await account.close()
    },
  }
}

function addressOf({ id, usernames: [username], phone, name }: Self): string {
  return username === undefined ? (phone ?? (name || String(id))) : `@${username}`
}
