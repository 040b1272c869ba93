import type { RawUpdateInfo } from '@mtcute/core'
import { type BaseTelegramClient, TelegramClient } from '@mtcute/core/client.js'
import type { ChannelContext } from '../../../src/conversations/channel.ts'
import { messageOf } from '../../../src/platform/errors.ts'
import { makeStorage } from './account-storage.ts'
import { type MakeClient, makeBaseClient } from './base-client.ts'
import type { KeptPlace, KeptState, keptState, Self } from './kept-state.ts'
import { selfOf } from './self-of.ts'
import type { SentLog } from './sent-log.ts'
import type { AccountSettings } from './settings.ts'
import { createTranslator } from './translator.ts'
import { startPump, type UpdatesPump } from './updates-pump.ts'
import { type Refusal, refusalOf } from './vendor-error.ts'

/** A connection to Telegram with its own storage in memory. */
export interface Connection {
  base: BaseTelegramClient
  client: TelegramClient
  learnSelf(): Promise<Self>
  /** Begins to hand on updates, first those that were missed since the kept place. */
  hear(): Promise<void>
  close(): Promise<void>
}

interface ConnectionParts {
  context: ChannelContext<AccountSettings>
  kept: Partial<Pick<KeptState, 'session' | 'place' | 'peers'>>
  makeClient: MakeClient | undefined
  sent: SentLog
  state: ReturnType<typeof keptState>
  /** Called for each refusal of a call, whoever made it. */
  onRefusal(refusal: Refusal): void
  /** The line to Telegram broke off, or is there again. */
  onState(usable: boolean): void
}

/** How often peers are written down at most, in milliseconds of the machine's time. */
const peersEveryMs = 30_000

export async function openConnection(parts: ConnectionParts): Promise<Connection> {
  const { context, kept, makeClient = makeBaseClient, sent, state, onRefusal, onState } = parts
  const { settings } = context.channel
  let pump: UpdatesPump | undefined
  let peersWritten = Number.NEGATIVE_INFINITY

  const storage = makeStorage({ ...(kept.place && { place: kept.place }), peers: kept.peers ?? [] }, () => {
    const place = storage.place()
    if (place !== undefined) pump?.reach(place)
  })
  const base = makeClient({
    apiId: settings.apiId,
    apiHash: settings.apiHash,
    storage: storage.provider,
    catchUp: kept.place !== undefined,
  })
  watchRefusals(base, onRefusal)
  base.onError.add((error) => context.log.warn({ error: messageOf(error) }, 'The Telegram client tells of an error.'))
  base.onConnectionState.add((now) => onState(now === 'connected' || now === 'updating'))
  const client = new TelegramClient({ client: base })
  if (kept.session !== undefined) await base.importSession(kept.session)
  const translator = createTranslator({ context, base, sent, chats: kept.place?.chats ?? [] })
  const take = (update: RawUpdateInfo) => pump?.take(update)

  async function writePeers(): Promise<void> {
    peersWritten = performance.now()
    await state.write('peers', storage.peers())
  }

  return {
    base,
    client,

    async learnSelf() {
      const [self] = await base.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] })
      if (self?._ !== 'user') throw new Error('Telegram does not tell who the account is.')
      await base.storage.self.storeFrom(self)
      return selfOf(self)
    },

    async hear() {
      if (pump || base.destroyed) return
      pump = startPump(
        {
          eventsOf: translator.eventsOf,
          receive: context.receive,
          async remember(place) {
            const whole: KeptPlace = { ...place, chats: translator.chats() }
            await state.write('place', whole)
            if (performance.now() - peersWritten > peersEveryMs) await writePeers()
          },
        },
        context.log,
      )
      base.onRawUpdate.add(take)
      await base.startUpdatesLoop()
      if (base.destroyed) return base.stopUpdatesLoop()
      // The loop begins by itself when somebody signs in, maybe before we listened: the place is known by now.
      const place = storage.place()
      if (place !== undefined) pump.reach(place)
    },

    async close() {
      base.onRawUpdate.remove(take)
      // The client goes first: it brings nothing new from then on.
      await client.destroy()
      if (!pump) return
      await pump.stop()
      await writePeers().catch((error: unknown) => context.log.warn({ error }, 'Known people could not be kept.'))
    },
  }
}

/** Every call goes through one method, also those that the library makes by itself. */
function watchRefusals(base: BaseTelegramClient, onRefusal: (refusal: Refusal) => void): void {
  const call = base.call.bind(base)
  const watched: typeof base.call = async (message, params) => {
    try {
      return await call(message, params)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal) onRefusal(refusal)
      throw error
    }
  }
  Object.assign(base, { call: watched })
}
