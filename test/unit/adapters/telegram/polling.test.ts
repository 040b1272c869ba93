import { pino, stdSerializers } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import type { ChannelEvent } from '../../../../src/conversations/event.ts'
import { startTestBot, type TestBot, textUpdate, token } from './bot.ts'

let bot: TestBot
let stop: (() => Promise<void>) | undefined
let logged: string[] = []

async function listen(onReceive?: (events: ChannelEvent[]) => Promise<void>): Promise<TestBot> {
  logged = []
  const log = pino(
    { level: 'error', serializers: { error: stdSerializers.err } },
    { write: (line: string) => logged.push(line) },
  )
  bot = await startTestBot({ hookUrl: undefined, log, ...(onReceive && { onReceive }) })
  await bot.adapter.connect()
  stop = await bot.adapter.listen?.()
  return bot
}
afterEach(async () => {
  await stop?.()
  stop = undefined
  await bot.stop()
})

const texts = () => bot.received.map((event) => (event.kind === 'message' ? event.message.text : event.kind))

describe('long polling', () => {
  test('hands over what arrives, in order, and confirms it', async () => {
    const { api } = await listen()
    await Promise.all(['1', '2', '3'].map((text, index) => api.push(token, textUpdate(index + 1, text))))
    expect(texts()).toEqual(['1', '2', '3'])
    expect(api.calls.find((call) => call.method === 'getUpdates')?.params.allowed_updates).toEqual(
      expect.arrayContaining([
        'message',
        'callback_query',
        'chat_member',
        'message_reaction',
        'message_reaction_count',
      ]),
    )
  })

  test('confirms nothing that could not be stored, and hands it over again', async () => {
    let failures = 2
    const { api } = await listen(async () => {
      if (failures-- > 0) throw new Error('The database is away.')
    })
    await api.push(token, textUpdate(1, 'kept'))
    expect(failures).toBeLessThan(0)
    expect(texts()).toEqual(['kept'])
  })

  test('goes on after a broken connection and after another poller drove it away, and logs both', async () => {
    const { api } = await listen()
    await expect.poll(() => api.account(token).updates.polled).toBe(true)
    // The rival gets its empty answer; the poll under way is told of the conflict, and the next one breaks.
    expect((await fetch(`${api.url}/bot${token}/getUpdates`)).status).toBe(200)
    api.inject({ kind: 'drop', when: 'before' }, { method: 'getUpdates' })
    await api.push(token, textUpdate(1, 'after all'))
    expect(texts()).toEqual(['after all'])
    expect(logged.join()).toMatch(/terminated by other getUpdates/)
    expect(logged.join()).toMatch(/could not be reached/)
    expect(logged.join()).not.toContain('test-token')
  })

  test('ends at once, in the middle of a poll', async () => {
    const { api } = await listen()
    await expect.poll(() => api.account(token).updates.polled).toBe(true)
    const started = performance.now()
    await stop?.()
    expect(performance.now() - started).toBeLessThan(1000)
  })

  test('waits for what is being stored before it ends', async () => {
    let release: (() => void) | undefined
    const stored = new Promise<void>((resolve) => {
      release = resolve
    })
    const { api } = await listen(() => stored)
    void api.push(token, textUpdate(1, 'slow'))
    const ended = (async () => {
      await expect.poll(() => api.counts.get('getUpdates')).toBe(1)
      await stop?.()
      return texts()
    })()
    setTimeout(() => release?.(), 100)
    expect(await ended).toEqual(['slow'])
  })
})
