import type { Client } from 'whatsapp-web.js'
import { AppError, messageOf } from '../../../../src/platform/errors.ts'
import type { Engine, EngineEvent, EngineOptions, UserIds } from '../engine.ts'
import { idsOfOne, plainId } from '../ids.ts'
import { callPage, firstLine } from './call.ts'
import { groupCalls } from './groups.ts'
import { knownIds } from './known-ids.ts'
import { messageCalls } from './messages.ts'
import { type ClientOptions, type OpenClient, openClient } from './open-client.ts'
import { announceSynced, probePage } from './probe.ts'
import type { RawId } from './raw.ts'
import { textOf } from './raw.ts'
import { endReason, readEvents } from './read-events.ts'
import { deleteSession } from './session.ts'

/** What tests ask for besides: a page of their own, and a look at the library's client. */
export interface WwebjsOptions extends EngineOptions, Pick<ClientOptions, 'page' | 'browserArguments'> {
  opened?: (client: Client) => void
}

/** How long the page may have synced without the library's taking note of it, and may stay silent, in milliseconds. */
const syncedMs = 4_000
const silentMs = 60_000

/** The engine over whatsapp-web.js: WhatsApp Web in a browser of its own. */
export function openWwebjsEngine(options: WwebjsOptions): Engine {
  let open: OpenClient | undefined
  let tell: (event: EngineEvent) => void = () => undefined
  let opening: Promise<void> | undefined
  let known = Promise.withResolvers<UserIds>()
  let watch = newWatch(options)

  const clientNow = (): Client => {
    if (open?.client.pupPage) return open.client
    throw new AppError('unavailable', 'The browser of the channel is not running.', { retryAfterMs: 5_000 })
  }
  const call = <T>(doing: string, work: (client: Client) => Promise<T>, timeoutMs?: number): Promise<T> =>
    callPage(doing, async () => work(clientNow()), timeoutMs)

  async function begin(): Promise<void> {
    const opened = await openClient(options, {
      trouble: (message) => tell({ type: 'trouble', message }),
      broken: (message) => tell({ type: 'ended', reason: 'broken', message }),
    })
    open = opened
    const { client } = opened
    options.opened?.(client)
    client.on('qr', (qr) => tell({ type: 'qr', qr }))
    client.on('authenticated', () => tell({ type: 'signed_in' }))
    client.on('loading_screen', () => tell({ type: 'progress' }))
    client.on('ready', () => void becomeReady(client))
    client.on('auth_failure', (message) => tell({ type: 'ended', reason: 'signed_out', message: String(message) }))
    client.on('disconnected', (said) => {
      tell({ type: 'ended', reason: endReason(String(said)), message: `WhatsApp ended the session: ${said}.` })
    })
    readEvents(
      client,
      () => known.promise,
      (event) => tell(event),
    )
  }

  async function becomeReady(client: Client): Promise<void> {
    const me = idsOfOne(textOf(client.info.wid as unknown as RawId))
    // In groups people may call us by the id that hides the number; where there is none, or no answer, the number does.
    const lid = await call('asking for our hidden id', async ({ pupPage }) => pupPage?.evaluate(ownLidScript)).catch(
      () => undefined,
    )
    if (typeof lid === 'string') me.lid = plainId(lid)
    known.resolve(me)
    tell({ type: 'ready', me, ...(client.info.pushname && { name: client.info.pushname }) })
  }

  async function stop(): Promise<void> {
    tell = () => undefined
    await opening?.catch(() => undefined)
    const closing = open
    open = undefined
    opening = undefined
    await closing?.close()
  }

  return {
    async start(on) {
      let ended = false
      tell = (event) => {
        // The end of the browser follows the end of the session, and says nothing new.
        if (ended) return
        if (event.type === 'ended') ended = true
        on(event)
      }
      known = Promise.withResolvers<UserIds>()
      watch = newWatch(options)
      opening = begin()
      await opening
      await open?.begun
    },

    tick: async () => {
      if (open?.client.pupPage) await watch(open.client, tell)
    },
    stop,

    async signOut() {
      const { client } = open ?? {}
      if (client?.info) {
        // The library's own way closes the browser and deletes the profile; here only the phone is to hear of it.
        await callPage('signing out', async () => client.pupPage?.evaluate(logoutScript), 10_000).catch(() => undefined)
      }
      await stop()
      await deleteSession(await options.folder())
    },

    idsOf: knownIds(options.clock, async (id) => {
      const doing = 'asking for the ids of a person'
      const [told] = await call(doing, (client) => client.getContactLidAndPhone([id]), 8_000)
      return { ...(told?.lid && { lid: plainId(told.lid) }), ...(told?.pn && { phone: plainId(told.pn) }) }
    }),
    ...messageCalls(call, () => known.promise),
    ...groupCalls(call),
  }
}

/** What looks after a running page: each call may tell that something has to be done. */
function newWatch({ clock }: EngineOptions) {
  let syncedSince: number | undefined
  let answeredAt: number | undefined
  let looking = false
  return async (client: Client, tell: (event: EngineEvent) => void): Promise<void> => {
    if (looking || !client.pupPage) return
    looking = true
    try {
      const now = clock.now().getTime()
      answeredAt ??= now
      const state = await probePage(client.pupPage)
      if (state === undefined) {
        if (now - answeredAt > silentMs) {
          tell({ type: 'ended', reason: 'broken', message: 'The page has not answered for a minute.' })
        }
        return
      }
      answeredAt = now
      if (state.state === 'UNPAIRED_IDLE' && !client.info) {
        tell({
          type: 'ended',
          reason: 'qr_lapsed',
          message: 'Nobody scanned the QR code, and WhatsApp renews it no more.',
        })
      }
      if (!state.hasSynced || state.injected || !state.waits) syncedSince = undefined
      else if (syncedSince === undefined) syncedSince = now
      else if (now - syncedSince >= syncedMs) {
        syncedSince = now
        await announceSynced(client.pupPage)
      }
    } catch (error) {
      tell({ type: 'trouble', message: `The page could not be looked at: ${firstLine(messageOf(error))}` })
    } finally {
      looking = false
    }
  }
}

/** They run in the page. */
const ownLidScript = `window.require('WAWebUserPrefsMeUser').getMaybeMeLidUser()?._serialized`
const logoutScript = `window.require('WAWebSocketModel').Socket.logout()`
