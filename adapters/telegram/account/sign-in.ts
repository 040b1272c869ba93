import type { tl } from '@mtcute/core'
import type { SignInSource, SignInStep } from '../../../src/conversations/abilities.ts'
import type { ChannelContext } from '../../../src/conversations/channel.ts'
import type { SignInState } from '../../../src/conversations/channel-tools.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type { Account } from './account.ts'
import type { Connection } from './connection.ts'
import type { Self } from './kept-state.ts'
import { type QrSignIn, startQrSignIn } from './qr-sign-in.ts'
import type { AccountSettings } from './settings.ts'
import { authorized, signInError } from './sign-in-errors.ts'

/** A sign-in that has begun in this process. */
interface Pending {
  connection: Connection
  shown: SignInState
  by: { phone: string; codeHash: string } | { qr: QrSignIn }
}

/** Signing in, and letting go of one that has begun. */
export type AccountSignIn = SignInSource & { abandon(): Promise<void> }

/** How long a QR code may take to come, and what follows a password, in milliseconds. */
const answerMs = 30_000

/**
 * Signs an account in, step by step (core.telegram.org/api/auth). The steps in between live in this process alone: after a
 * restart the sign-in begins anew, and a step out of turn says so.
 */
export function createSignIn(context: ChannelContext<AccountSettings>, account: Account): AccountSignIn {
  let pending: Pending | undefined

  async function show(shown: SignInState, error?: string): Promise<SignInState> {
    if (pending) pending.shown = shown
    await account.report({ state: 'signing_in', signIn: shown, ...(error !== undefined && { error }) })
    return shown
  }

  async function abandon(): Promise<void> {
    const { connection, by } = pending ?? {}
    pending = undefined
    if (by && 'qr' in by) by.qr.abandon()
    await connection?.close()
  }

  async function finish(connection: Connection, self: Self): Promise<SignInState> {
    pending = undefined
    await account.adopt(connection, self)
    return { waitsFor: 'nothing' }
  }

  async function begin(step: Extract<SignInStep, { do: 'start' }>): Promise<SignInState> {
    const self = await account.self()
    if (self) {
      throw new AppError('conflict', `The account ${self.phone ?? self.id} is signed in already: sign out first.`)
    }
    await abandon()
    const connection = await account.openUnsigned()
    try {
      return step.by === 'phone' ? await beginByPhone(connection, step.phone) : await beginByQr(connection)
    } catch (error) {
      if (pending) await abandon()
      else await connection.close()
      throw signInError(error)
    }
  }

  async function beginByPhone(connection: Connection, phone: string): Promise<SignInState> {
    const sent = await connection.client.sendCode({ phone })
    if (!('phoneCodeHash' in sent)) return finish(connection, await connection.learnSelf())
    const hint = `The code was sent ${placeOf(sent.type)}.`
    const until = sent.timeout ? context.clock.now().getTime() + sent.timeout * 1000 : undefined
    const shown: SignInState = {
      waitsFor: 'code',
      hint,
      ...(until !== undefined && { expiresAt: new Date(until).toISOString() }),
    }
    pending = { connection, shown, by: { phone, codeHash: sent.phoneCodeHash } }
    return show(shown)
  }

  async function beginByQr(connection: Connection): Promise<SignInState> {
    const qr = startQrSignIn(connection, {
      onCode: (code, until) => change({ waitsFor: 'qr', qr: code, expiresAt: until.toISOString() }),
      onPassword: async () => change(await askForPassword(connection)),
    })
    const first: SignInState = { waitsFor: 'qr' }
    pending = { connection, shown: first, by: { qr } }
    qr.ended
      .then(
        (self) => (pending?.connection === connection ? finish(connection, self) : undefined),
        async (error: unknown) => {
          if (pending?.connection !== connection) return
          await abandon()
          await show({ waitsFor: 'start' }, signInError(error).message)
        },
      )
      .catch((error: unknown) => context.log.error({ error }, 'The sign-in could not be noted.'))
    await within(qr.shown)
    return pending?.shown ?? first

    async function change(shown: SignInState): Promise<void> {
      if (pending?.connection === connection) await show(shown)
    }
  }

  async function giveCode(code: string): Promise<SignInState> {
    const { connection, by } = expected('code')
    if (!('phone' in by)) throw outOfTurn('code', pending?.shown.waitsFor)
    try {
      const answer = await connection.base.call({
        _: 'auth.signIn',
        phoneNumber: by.phone.replaceAll(/\D/g, ''),
        phoneCodeHash: by.codeHash,
        phoneCode: code.replaceAll(/\D/g, ''),
      })
      return await finish(connection, await authorized(connection, answer))
    } catch (error) {
      const refused = signInError(error)
      if (refused.detail?.refusal === 'SESSION_PASSWORD_NEEDED') return show(await askForPassword(connection))
      // A code that has lapsed takes the whole sign-in with it.
      if (refused.detail?.over) {
        await abandon()
        await show({ waitsFor: 'start' }, refused.message)
      }
      throw refused
    }
  }

  async function givePassword(password: string): Promise<SignInState> {
    const { connection, by } = expected('password')
    try {
      if ('qr' in by) {
        const self = await within(by.qr.givePassword(password))
        return await finish(connection, self)
      }
      const user = await connection.client.checkPassword(password)
      return await finish(connection, await authorized(connection, user.raw as tl.RawUser))
    } catch (error) {
      throw signInError(error)
    }
  }

  function expected(what: 'code' | 'password'): Pending {
    if (pending?.shown.waitsFor === what) return pending
    throw outOfTurn(what, pending?.shown.waitsFor)
  }

  return {
    abandon,
    async step(step) {
      switch (step.do) {
        case 'start':
          return begin(step)
        case 'code':
          return giveCode(step.code)
        case 'password':
          return givePassword(step.password)
        case 'sign_out':
          await abandon()
          await account.signOut()
          return show({ waitsFor: 'start' })
      }
    },
  }
}

async function askForPassword({ client }: Connection): Promise<SignInState> {
  const hint = await client.getPasswordHint()
  return { waitsFor: 'password', ...(hint && { hint }) }
}

function outOfTurn(step: string, waitsFor: SignInState['waitsFor'] | undefined): AppError {
  const why =
    waitsFor === undefined
      ? 'no sign-in is under way here. If one had begun, the program was started anew meanwhile: begin with the first step'
      : `the sign-in waits for: ${waitsFor}`
  return new AppError('conflict', `The ${step} cannot be taken now: ${why}.`)
}

async function within<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(new AppError('timeout', 'Telegram did not answer in time. Begin the sign-in anew.'))
  }, answerMs)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Where a code was sent, by the library's name of it (core.telegram.org/type/auth.SentCodeType). */
function placeOf(type: string): string {
  const places: Record<string, string> = {
    app: 'to Telegram on the devices where the account is open',
    sms: 'by SMS',
    sms_word: 'by SMS, as a word',
    sms_phrase: 'by SMS, as a phrase',
    call: 'by a phone call',
    flash_call: 'by a missed call: it is in the number that calls',
    missed_call: 'by a missed call: it is the end of the number that calls',
    email: 'by e-mail',
    fragment: 'to fragment.com',
    firebase: 'by SMS',
  }
  return places[type] ?? `by ${type}`
}
