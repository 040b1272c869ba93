import { afterEach, describe, expect, test } from 'vitest'
import type { AppError } from '../../../../../src/platform/errors.ts'
import { step, type TestAccount, testAccount } from './account-channel.ts'

const phone = '+15550100777'
const accounts: TestAccount[] = []

function account(): TestAccount {
  const made = testAccount()
  accounts.push(made)
  return made
}
afterEach(async () => {
  for (const each of accounts.splice(0)) await each.stop()
})

const lastCondition = ({ conditions }: TestAccount) => conditions.at(-1)

async function failure(attempt: Promise<unknown>): Promise<AppError> {
  return attempt.then(
    () => {
      throw new Error('It went well.')
    },
    (error: unknown) => error as AppError,
  )
}

describe('signing in with a phone', () => {
  test('goes by the code that Telegram sent, and tells where it was sent', async () => {
    const own = account()
    await own.listen()
    await expect.poll(() => lastCondition(own)).toEqual({ state: 'signing_in', signIn: { waitsFor: 'start' } })
    expect(await step(own, { do: 'start', by: 'phone', phone })).toEqual({
      waitsFor: 'code',
      hint: 'The code was sent to Telegram on the devices where the account is open.',
      expiresAt: '2026-11-02T09:02:00.000Z',
    })
    expect(await step(own, { do: 'code', code: '123-45' })).toEqual({ waitsFor: 'nothing' })
    expect(lastCondition(own)).toEqual({ state: 'working', signIn: { waitsFor: 'nothing' } })
    expect(await own.adapter.connect()).toEqual({ address: '@sales_account' })
    expect(own.server.requests('auth.sendCode')).toMatchObject([
      { phoneNumber: '15550100777', apiId: 12345, apiHash: '0123456789abcdef0123456789abcdef' },
    ])
    expect(own.server.refused).toEqual([])
  })

  test('names the code when it is wrong, and takes the right one afterwards', async () => {
    const own = account()
    await own.listen()
    await step(own, { do: 'start', by: 'phone', phone })
    const error = await failure(step(own, { do: 'code', code: '54321' }))
    expect(error).toMatchObject({ code: 'invalid', retryable: false, faults: [{ path: 'code' }] })
    expect(JSON.stringify(error)).not.toContain('54321')
    expect(await step(own, { do: 'code', code: '12345' })).toEqual({ waitsFor: 'nothing' })
  })

  test('names the phone when Telegram does not know it', async () => {
    const own = account()
    const error = await failure(step(own, { do: 'start', by: 'phone', phone: '+15550100999' }))
    expect(error).toMatchObject({ code: 'invalid', faults: [{ path: 'phone' }] })
    expect(own.server.connections()).toBe(0)
  })

  test('asks for the password where there is one, with its hint, and names it when it is wrong', async () => {
    const own = account()
    own.server.world.signIn.password = 'correct horse'
    await own.listen()
    await step(own, { do: 'start', by: 'phone', phone })
    expect(await step(own, { do: 'code', code: '12345' })).toEqual({ waitsFor: 'password', hint: 'the usual' })
    const error = await failure(step(own, { do: 'password', password: 'wrong horse' }))
    expect(error).toMatchObject({ code: 'invalid', faults: [{ path: 'password' }] })
    expect(JSON.stringify([error, own.conditions])).not.toContain('horse')
    expect(await step(own, { do: 'password', password: 'correct horse' })).toEqual({ waitsFor: 'nothing' })
    expect(lastCondition(own)).toMatchObject({ state: 'working' })
  })

  test('begins anew when the code has lapsed', async () => {
    const own = account()
    await own.listen()
    await step(own, { do: 'start', by: 'phone', phone })
    own.server.inject({ word: 'PHONE_CODE_EXPIRED' }, 'auth.signIn')
    expect(await failure(step(own, { do: 'code', code: '12345' }))).toMatchObject({ code: 'invalid' })
    expect(lastCondition(own)).toMatchObject({ state: 'signing_in', signIn: { waitsFor: 'start' } })
  })

  test('tells how long Telegram wants it to wait', async () => {
    const own = account()
    own.server.inject({ word: 'FLOOD_WAIT_86400' }, 'auth.sendCode')
    const error = await failure(step(own, { do: 'start', by: 'phone', phone }))
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 86_400_000 })
  })

  test('says after a restart that it has to begin anew', async () => {
    const own = account()
    await own.listen()
    await step(own, { do: 'start', by: 'phone', phone })
    await own.stop()
    const later = own.again()
    accounts.push(later)
    await later.listen()
    await expect.poll(() => lastCondition(later)).toMatchObject({ signIn: { waitsFor: 'start' } })
    const error = await failure(step(later, { do: 'code', code: '12345' }))
    expect(error).toMatchObject({ code: 'conflict', message: expect.stringContaining('begin with the first step') })
  })
})

describe('signing in with a QR code', () => {
  test('shows a code, a new one when it lapses, and is done when it is scanned', async () => {
    const own = account()
    own.server.world.qr.seconds = 1
    await own.listen()
    const first = await step(own, { do: 'start', by: 'qr' })
    expect(first).toMatchObject({ waitsFor: 'qr', qr: expect.stringMatching(/^tg:\/\/login\?token=[\w-]+$/) })
    expect(new Date(first.expiresAt ?? '').getTime()).toBeGreaterThan(0)
    await expect.poll(() => own.server.world.qr.given, { timeout: 5000 }).toBeGreaterThan(1)
    const codes = own.conditions.flatMap(({ signIn }) => signIn?.qr ?? [])
    expect(new Set(codes).size).toBeGreaterThan(1)
    own.server.scan()
    await expect.poll(() => lastCondition(own)).toEqual({ state: 'working', signIn: { waitsFor: 'nothing' } })
    expect(own.server.refused).toEqual([])
  })

  test('asks for the password after the scan', async () => {
    const own = account()
    own.server.world.signIn.password = 'correct horse'
    await own.listen()
    await step(own, { do: 'start', by: 'qr' })
    own.server.scan()
    await expect
      .poll(() => lastCondition(own))
      .toEqual({
        state: 'signing_in',
        signIn: { waitsFor: 'password', hint: 'the usual' },
      })
    expect(await failure(step(own, { do: 'password', password: 'wrong' }))).toMatchObject({
      code: 'invalid',
      faults: [{ path: 'password' }],
    })
    expect(await step(own, { do: 'password', password: 'correct horse' })).toEqual({ waitsFor: 'nothing' })
  })
})

describe('the session', () => {
  test('is kept among the sealed state of the channel alone, and is used after a restart', async () => {
    const own = await account().signedIn()
    const session = JSON.parse(own.context.kept.get('session') ?? '""')
    expect(session.length).toBeGreaterThan(300)
    const told = JSON.stringify([own.conditions, await own.adapter.connect()])
    expect(told).not.toContain(session)
    await own.stop()
    const later = own.again()
    accounts.push(later)
    await later.listen()
    await expect.poll(() => lastCondition(later)).toEqual({ state: 'working', signIn: { waitsFor: 'nothing' } })
    expect(later.server.count('auth.sendCode')).toBe(1)
  })

  test('cannot be begun a second time before it was ended', async () => {
    const own = await account().signedIn()
    expect(await failure(step(own, { do: 'start', by: 'qr' }))).toMatchObject({ code: 'conflict' })
    expect(await step(own, { do: 'sign_out' })).toEqual({ waitsFor: 'start' })
    expect(own.server.count('auth.logOut')).toBe(1)
    expect(own.server.world.sessions.size).toBe(0)
    expect([...own.context.kept.keys()]).toEqual([])
    expect(lastCondition(own)).toEqual({ state: 'signing_in', signIn: { waitsFor: 'start' } })
    expect(await step(own, { do: 'start', by: 'phone', phone })).toMatchObject({ waitsFor: 'code' })
  })

  test('that was ended elsewhere wants a new sign-in, and says why', async () => {
    const own = await account().signedIn()
    own.server.revoke()
    const send = own.adapter.send(
      { thread: '-5001', kind: 'group' },
      { action: 'message', text: 'Hello' },
      new AbortController().signal,
    )
    expect(await failure(send)).toMatchObject({ code: 'unauthenticated', retryable: false })
    await expect
      .poll(() => lastCondition(own))
      .toEqual({
        state: 'signing_in',
        error: "Telegram has ended this account's session (AUTH_KEY_UNREGISTERED). Sign in again.",
        signIn: { waitsFor: 'start' },
      })
    expect(own.context.kept.has('session')).toBe(false)
    await step(own, { do: 'start', by: 'phone', phone })
    expect(await step(own, { do: 'code', code: '12345' })).toEqual({ waitsFor: 'nothing' })
    await own.server.say('Are you back?')
    await expect.poll(() => own.received).toMatchObject([{ kind: 'message', message: { text: 'Are you back?' } }])
  })
})
