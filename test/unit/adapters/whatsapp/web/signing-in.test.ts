import { afterEach, describe, expect, test } from 'vitest'
import { hasChromium, openWebChannel, signedInPage, type WebChannel } from './web-channel.ts'

describe.skipIf(!hasChromium)('signing in to a WhatsApp account', () => {
  let channel: WebChannel
  afterEach(() => channel.stop())

  test('shows a QR code and new ones, works once it is scanned, and keeps the session', async () => {
    channel = await openWebChannel()
    const stop = await channel.adapter.listen?.()
    await channel.until('signing_in')
    expect(channel.context.conditions.at(-1)?.signIn).toMatchObject({
      waitsFor: 'qr',
      qr: '2@stubReference1,AQID,BAUG,c3R1Yg==,chrome',
      expiresAt: '2026-11-02T09:01:00.000Z',
    })
    expect(await channel.adapter.signIn?.step({ do: 'start', by: 'qr' })).toMatchObject({ waitsFor: 'qr' })
    await channel.prepared()
    await channel.stub('newCode', '2@second')
    await expect.poll(() => channel.context.conditions.at(-1)?.signIn?.qr).toMatch(/^2@second,/)
    await channel.stub('pair')
    await channel.until('working')
    expect(await channel.adapter.connect()).toEqual({ address: '+12015550123' })
    await stop?.()
    expect(channel.context.conditions.at(-1)).toEqual({ state: 'stopped' })
    await channel.adapter.listen?.()
    await channel.until('working')
    expect(channel.context.conditions.map(({ state }) => state)).toEqual([
      'connecting',
      'signing_in',
      'signing_in',
      'connecting',
      'working',
      'stopped',
      'connecting',
      'working',
    ])
    expect(channel.starts()).toBe(2)
  })

  test('a message cannot be sent before that, and is to be tried again', async () => {
    channel = await openWebChannel({ page: { ...signedInPage, paired: false } })
    await channel.adapter.listen?.()
    await channel.until('signing_in')
    const target = { thread: '12015550124@c.us', kind: 'direct' as const }
    const sending = channel.adapter.send(target, { action: 'message', text: 'Hi' }, new AbortController().signal)
    await expect(sending).rejects.toMatchObject({ code: 'unavailable', retryable: true, message: /QR code/ })
  })

  test('signs out: the phone is told, the session is gone, and a new code comes when it is asked for', async () => {
    channel = await openWebChannel({ page: signedInPage })
    await channel.adapter.listen?.()
    await channel.until('working')
    await channel.setPage({})
    expect(await channel.adapter.signIn?.step({ do: 'sign_out' })).toEqual({ waitsFor: 'start' })
    expect(await channel.adapter.connect()).toEqual({ address: 'not signed in yet' })
    const state = await channel.adapter.signIn?.step({ do: 'start', by: 'qr' })
    expect(state).toMatchObject({ waitsFor: 'qr', qr: expect.stringMatching(/^2@stub/) })
  })
})
