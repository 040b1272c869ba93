import { createAccountAdapter } from '../../../../../adapters/telegram/account/adapter.ts'
import { accountSettings } from '../../../../../adapters/telegram/account/settings.ts'
import type { ChannelAdapter } from '../../../../../src/conversations/channel.ts'
import type { Condition, SignInState } from '../../../../../src/conversations/channel-tools.ts'
import type { ChannelEvent } from '../../../../../src/conversations/event.ts'
import { VirtualClock } from '../../../../../src/platform/clock.ts'
import { channelContext, type TestContext } from '../../../../channel-context.ts'
import { createMtproto, type Mtproto } from '../../../../doubles/mtproto/mtproto.ts'
import { RecordedClient } from '../../../../doubles/mtproto/recorded-client.ts'

export const settings = accountSettings.parse({
  apiId: 12345,
  apiHash: '0123456789abcdef0123456789abcdef',
  phone: '+15550100777',
})

/** A Telegram account with a stand-in for Telegram's servers. */
export interface TestAccount {
  server: Mtproto
  adapter: ChannelAdapter
  context: TestContext<typeof settings>
  clock: VirtualClock
  /** What it handed over. */
  received: ChannelEvent[]
  conditions: Condition[]
  /** Milliseconds that it waited on the spot. */
  waited: number[]
  signedIn(): Promise<TestAccount>
  /** The same account after the program was started anew: what is kept is all that is left. */
  again(): TestAccount
  /** Resolves when so many events were handed over. */
  heard(count: number): Promise<ChannelEvent[]>
  listen(): Promise<void>
  unlisten(): Promise<void>
  stop(): Promise<void>
}

export interface TestAccountOptions {
  over?: Partial<typeof settings>
  /** Called before events count as received: may throw, as a database would. */
  onReceive?: (events: ChannelEvent[]) => Promise<void>
}

export function testAccount(options: TestAccountOptions = {}, before?: TestAccount): TestAccount {
  const server = before?.server ?? createMtproto()
  const clock = before?.clock ?? new VirtualClock()
  const received: ChannelEvent[] = []
  const waited: number[] = []
  const context = channelContext(
    { ...settings, ...options.over },
    {
      clock,
      receive: async (events) => {
        await options.onReceive?.(events)
        received.push(...events)
      },
      ...(before && { state: before.context.state, files: before.context.files }),
    },
  )
  if (before) context.kept = before.context.kept
  const adapter = createAccountAdapter(context, {
    makeClient: (parts) => new RecordedClient(server, parts),
    wait: async (ms) => {
      waited.push(ms)
      clock.advance(ms)
    },
  })
  let unlisten: (() => Promise<void>) | undefined
  const account: TestAccount = {
    server,
    adapter,
    context,
    clock,
    received,
    conditions: context.conditions,
    waited,
    async heard(count) {
      while (received.length < count) await new Promise((resolve) => setTimeout(resolve, 1))
      return received
    },
    async signedIn() {
      await account.listen()
      await step(account, { do: 'start', by: 'phone', phone: '+15550100777' })
      await step(account, { do: 'code', code: server.world.signIn.code })
      return account
    },
    again: () => testAccount(options, account),
    async listen() {
      const told = context.conditions.length
      unlisten = await adapter.listen?.()
      // It listens in the background, and tells when it does.
      while (context.conditions.length === told) await new Promise((resolve) => setTimeout(resolve, 1))
    },
    async unlisten() {
      await unlisten?.()
      unlisten = undefined
    },
    async stop() {
      await account.unlisten()
      await adapter.close()
    },
  }
  return account
}

export async function step(
  { adapter }: TestAccount,
  what: Parameters<NonNullable<ChannelAdapter['signIn']>['step']>[0],
): Promise<SignInState> {
  if (!adapter.signIn) throw new Error('The adapter has no sign-in.')
  return adapter.signIn.step(what)
}
