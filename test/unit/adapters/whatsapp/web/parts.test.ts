import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createDoorbell } from '../../../../../adapters/whatsapp/web/doorbell.ts'
import { findBrowser } from '../../../../../adapters/whatsapp/web/find-browser.ts'
import { createOwnMessages } from '../../../../../adapters/whatsapp/web/own-messages.ts'
import { whatsappWebSettings } from '../../../../../adapters/whatsapp/web/settings.ts'
import { knownIds } from '../../../../../adapters/whatsapp/web/wwebjs/known-ids.ts'
import { clearStaleLock, deleteSession } from '../../../../../adapters/whatsapp/web/wwebjs/session.ts'
import { VirtualClock } from '../../../../../src/platform/clock.ts'

describe('the browser', () => {
  test('is the one that the settings name, else the first that is there', () => {
    expect(findBrowser(undefined, (path) => path.endsWith('google-chrome'))).toBe('/usr/bin/google-chrome')
    expect(findBrowser('/opt/chromium', () => true)).toBe('/opt/chromium')
    expect(() => findBrowser(undefined, () => false)).toThrow(/apt install chromium.*browserPath/)
  })

  test.each([
    [{ browserPath: 'chromium' }, /absolute path/],
    [{ browserPath: '/bin/sh' }, /Chromium/],
    [{ proxy: 'proxy.example:3128' }, /http:\/\/host:port/],
  ])('%j is refused', (settings, reason) => {
    expect(() => whatsappWebSettings.parse(settings)).toThrow(reason)
  })
})

describe('the session', () => {
  test.each([
    ['of a machine that is no longer there', 'other-machine-1', false],
    ['of a browser that is dead', `${hostname()}-4194304`, false],
    ['of a browser that lives', `${hostname()}-${process.pid}`, true],
  ])('keeps or loses the lock %s', async (_, holder, stays) => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-session-'))
    await clearStaleLock(folder)
    await mkdir(join(folder, 'session'))
    await symlink(holder, join(folder, 'session', 'SingletonLock'))
    await clearStaleLock(folder)
    expect(await readdir(join(folder, 'session'))).toEqual(stays ? ['SingletonLock'] : [])
    await deleteSession(folder)
    expect(await readdir(folder)).toEqual([])
    await rm(folder, { recursive: true })
  })
})

describe('our own messages', () => {
  test('are known when they come back before the sending has told their id', async () => {
    const own = createOwnMessages()
    const sent = Promise.withResolvers<string>()
    const sending = own.sending(() => sent.promise)
    const asked = [own.isOurs('ours'), own.isOurs('theirs')]
    sent.resolve('ours')
    expect(await Promise.all(asked)).toEqual([true, false])
    expect(await sending).toBe('ours')
    expect(await own.isOurs('ours')).toBe(true)
  })

  test('a sending that fails holds nothing up', async () => {
    const own = createOwnMessages()
    const sending = own.sending(() => Promise.reject(new Error('No')))
    const asked = own.isOurs('theirs')
    await expect(sending).rejects.toThrow('No')
    expect(await asked).toBe(false)
  })
})

describe('the ids of people', () => {
  test('are asked for once when both are told, and again later when one is not', async () => {
    const clock = new VirtualClock()
    const asked: string[] = []
    const idsOf = knownIds(clock, async (id) => {
      asked.push(id)
      if (id === '1@c.us') return { lid: '9@lid' }
      throw new Error('No answer')
    })
    for (const user of ['1:5@s.whatsapp.net', '1@c.us']) {
      expect(await idsOf(user)).toEqual({ phone: '1@c.us', lid: '9@lid' })
    }
    expect(await idsOf('2@lid')).toEqual({ lid: '2@lid' })
    await idsOf('2@lid')
    expect(asked).toEqual(['1@c.us', '2@lid'])
    clock.advance(600_000)
    await idsOf('2@lid')
    await idsOf('1@c.us')
    expect(asked).toEqual(['1@c.us', '2@lid', '2@lid'])
  })

  test('are looked up before the first message to a number, and no more once somebody is there', async () => {
    const asked: string[] = []
    const doorbell = createDoorbell({
      registered: async (user) => {
        asked.push(user)
        return user
      },
    })
    for (const chat of ['1@c.us', '1@c.us', '2@lid', '3@g.us']) await doorbell.ring(chat)
    doorbell.known('4@c.us')
    await doorbell.ring('4@c.us')
    expect(asked).toEqual(['1@c.us'])
  })
})
