import type { TelegramClient } from '@mtcute/core/client.js'
import type { ChannelContext } from '../../../src/conversations/channel.ts'
import type { Condition } from '../../../src/conversations/channel-tools.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { abortable } from './abortable.ts'
import type { MakeClient } from './base-client.ts'
import type { Connection } from './connection.ts'
import { type KeptState, keptState, type Self } from './kept-state.ts'
import { createSentLog, type SentLog } from './sent-log.ts'
import type { AccountSettings } from './settings.ts'
import { isSessionLost, peerFlood, type Refusal, vendorError } from './vendor-error.ts'

/** One account: its session, the one connection of this process, and whether it may send. */
export interface Account {
  state: ReturnType<typeof keptState>
  sent: SentLog
  /** The connection with the stored session. Throws `unauthenticated` when nobody is signed in. */
  open(): Promise<Connection>
  /** A connection of its own without a session, to sign in with. */
  openUnsigned(): Promise<Connection>
  /** The connection signed in: from now on it is the account's. */
  adopt(connection: Connection, self: Self): Promise<void>
  /** Begins to hand on updates, also of a session that is signed in to later. Tells whether there is a session. */
  startHearing(signal: AbortSignal): Promise<boolean>
  stopHearing(): Promise<void>
  /** Does something with Telegram, with its failures in the unified words. */
  ask<T>(work: (client: TelegramClient) => Promise<T>): Promise<T>
  /** Throws `forbidden` while sending is stopped because of what Telegram said, and `unauthenticated` when nobody is signed in. */
  checkSending(): Promise<void>
  /** The operator says that sending may go on. */
  resume(): Promise<void>
  /** Who the account is; undefined when nobody is signed in. */
  self(): Promise<Self | undefined>
  /** Ends the session here and with Telegram. */
  signOut(): Promise<void>
  report(condition: Condition): Promise<void>
  close(): Promise<void>
}

export function createAccount(context: ChannelContext<AccountSettings>, makeClient?: MakeClient): Account {
  const state = keptState(context.state)
  const sent = createSentLog(context.clock)
  let current: Promise<Connection> | undefined
  let hearing = false
  let stopped: string | undefined
  let told = ''

  /** The same thing is told once. */
  async function report(condition: Condition): Promise<void> {
    const words = JSON.stringify(condition)
    if (words === told) return
    told = words
    await context.report(condition)
  }

  async function start(kept: Partial<Pick<KeptState, 'session' | 'place' | 'peers'>>): Promise<Connection> {
    // The library is large: it is loaded by those who have such a channel alone.
    const { openConnection } = await import('./connection.ts')
    const connection: Connection = await openConnection({ context, kept, makeClient, sent, state, onRefusal, onState })
    return connection

    function onRefusal(refusal: Refusal): void {
      if (refusal.word === 'PEER_FLOOD') void quietly(stop(peerFlood))
      if (!isSessionLost(refusal)) return
      void ifCurrent(() => quietly(lose(refusal.word)))
    }

    function onState(usable: boolean): void {
      void ifCurrent(async () => {
        if (hearing) await quietly(usable ? reportWorking() : report({ state: 'connecting' }))
      })
    }

    /** Another connection may be opened meanwhile, and fail: whoever opens it is told. */
    async function ifCurrent(work: () => Promise<void>): Promise<void> {
      const open = await current?.catch(() => undefined)
      if (open !== undefined && open === connection) await work()
    }
  }

  async function reportWorking(): Promise<void> {
    const signIn = { waitsFor: 'nothing' as const }
    await report(stopped === undefined ? { state: 'working', signIn } : { state: 'stopped', error: stopped, signIn })
  }

  async function quietly(work: Promise<unknown>): Promise<void> {
    await work.catch((error: unknown) => context.log.error({ error }, 'The state of the account could not be noted.'))
  }

  async function stop(why: string): Promise<void> {
    stopped = why
    await state.write('stopped', why)
    await reportWorking()
  }

  /** The session is over: what is kept of it is worth nothing any more. */
  async function lose(word: string): Promise<void> {
    const open = current
    current = undefined
    await state.forget()
    await report({
      state: 'signing_in',
      error: `Telegram has ended this account's session (${word}). Sign in again.`,
      signIn: { waitsFor: 'start' },
    })
    await (await open)?.close()
  }

  async function open(): Promise<Connection> {
    current ??= openStored().catch((error: unknown) => {
      current = undefined
      throw error
    })
    return current
  }

  async function openStored(): Promise<Connection> {
    const session = await state.read('session')
    if (session === undefined) throw notSignedIn()
    const [place, peers] = await Promise.all([state.read('place'), state.read('peers')])
    stopped = await state.read('stopped')
    return start({ session, ...(place && { place }), ...(peers && { peers }) })
  }

  async function ask<T>(work: (client: TelegramClient) => Promise<T>): Promise<T> {
    const { client } = await open()
    try {
      return await work(client)
    } catch (error) {
      throw vendorError(error)
    }
  }

  return {
    state,
    sent,
    open,
    openUnsigned: () => start({}),
    ask,
    report,

    async adopt(connection, self) {
      await state.write('session', await connection.base.exportSession())
      await state.write('self', self)
      await state.write('stopped', undefined)
      stopped = undefined
      current = Promise.resolve(connection)
      if (hearing) await connection.hear()
      await reportWorking()
    },

    async startHearing(signal) {
      hearing = true
      if ((await state.read('session')) === undefined) return false
      const connection = await open()
      await ask(async () => {
        const self = await abortable(connection.learnSelf(), signal)
        await state.write('self', self)
        await abortable(connection.hear(), signal)
      })
      await reportWorking()
      return true
    },

    async stopHearing() {
      hearing = false
      told = ''
      const open = current
      current = undefined
      await (await open?.catch(() => undefined))?.close()
    },

    async checkSending() {
      await open()
      if (stopped === undefined) return
      // Another process may have been asked to go on.
      stopped = await state.read('stopped')
      if (stopped !== undefined) throw new AppError('forbidden', stopped)
      await reportWorking()
    },

    async resume() {
      const was = stopped ?? (await state.read('stopped'))
      if (was === undefined) return
      await state.write('stopped', undefined)
      stopped = undefined
      if ((await state.read('session')) !== undefined) await reportWorking()
    },

    async self() {
      return (await state.read('session')) === undefined ? undefined : state.read('self')
    },

    async signOut() {
      if ((await state.read('session')) !== undefined) {
        const { client } = await open()
        current = undefined
        // Whatever Telegram says: here the session is over.
        await client
          .logOut()
          .catch((error: unknown) => context.log.warn({ error }, 'Telegram did not end the session.'))
        await client.destroy()
      }
      await state.forget()
      await state.write('stopped', undefined)
      stopped = undefined
    },

    async close() {
      await this.stopHearing()
    },
  }
}

export function notSignedIn(): AppError {
  return new AppError(
    'unauthenticated',
    'This account is not signed in: begin with the sign-in of the channel, by phone or by QR code.',
  )
}
