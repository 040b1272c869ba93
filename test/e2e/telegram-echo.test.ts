import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FlowInput } from '../../src/flows/flow.ts'
import { type FreshDatabase, freshDatabase } from '../database.ts'
import { type BotApi, startBotApi } from '../doubles/bot-api/bot-api.ts'
import { seed, startTestParley } from '../parley.ts'
import { textUpdate } from '../telegram-updates.ts'

const token = '100200300:abcdefghijklmnopqrstuvwxyzABCDEFGHI'
const secret = 'hook-secret'

const echo: FlowInput = {
  name: 'Echo',
  triggers: [{ type: 'any_message', to: 'echo' }],
  blocks: [{ id: 'echo', number: 1, type: 'message', options: { text: 'You said: {{ message.text }}' } }],
}

describe('a Telegram bot with a flow that echoes', () => {
  let fresh: FreshDatabase
  let bot: BotApi
  let parley: Awaited<ReturnType<typeof startTestParley>>
  let hook: string

  beforeEach(async () => {
    fresh = await freshDatabase()
    bot = await startBotApi()
    const { channels } = await seed(fresh.db, {
      channels: [
        {
          kind: 'telegram',
          name: 'bot',
          settings: {
            token,
            apiRoot: bot.url,
            mode: 'webhook',
            webhookSecret: secret,
            pacing: { messagesPerSecond: 10_000, perChatPerSecond: 1000 },
          },
        },
      ],
      flows: [echo],
    })
    parley = await startTestParley(fresh.db)
    hook = `${parley.address}/hooks/${channels[0]!.hookId}`
  })
  afterEach(async () => {
    await parley.dispose()
    await bot.close()
    await fresh.drop()
  })

  const post = (update: unknown) =>
    fetch(hook, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
      body: JSON.stringify(update),
    })

  it('answers a message, and stores it, the answer, the run and its trace', async () => {
    expect((await post(textUpdate(1, 501, 'hello'))).status).toBe(200)
    await vi.waitFor(() => expect(bot.sent(501).map((message) => message.text)).toEqual(['You said: hello']))
    await vi.waitFor(async () =>
      expect(await fresh.db.query('select direction, text, status from messages order by id')).toEqual([
        { direction: 'inbound', text: 'hello', status: 'received' },
        { direction: 'outbound', text: 'You said: hello', status: 'sent' },
      ]),
    )
    expect(await fresh.db.query('select status, error from runs')).toEqual([{ status: 'ended', error: null }])
    expect(await fresh.db.query('select block_id, output from steps')).toEqual([{ block_id: 'echo', output: 'next' }])
    expect(await fresh.db.query('select first_name from contacts')).toEqual([{ first_name: 'Person 501' }])
  })

  it('answers fifty people who send five messages each, in order and once', async () => {
    const people = Array.from({ length: 50 }, (_, index) => 1000 + index)
    let id = 0
    for (let round = 0; round < 5; round++) {
      await Promise.all(people.map((person) => post(textUpdate(++id, person, `m${round}`))))
    }
    await vi.waitFor(
      () => {
        for (const person of people)
          expect(bot.sent(person).map((message) => message.text)).toEqual(
            [0, 1, 2, 3, 4].map((round) => `You said: m${round}`),
          )
      },
      { timeout: 10_000 },
    )
    expect(bot.refused).toEqual([])
  })

  it('makes of updates that come three times each in any order one message and one answer each', async () => {
    const updates = Array.from({ length: 100 }, (_, index) => textUpdate(index + 1, 2000 + (index % 10), `n${index}`))
    const shuffled = [...updates, ...updates, ...updates].toSorted(
      (one, other) => ((one.update_id * 7919) % 101) - ((other.update_id * 7919) % 101),
    )
    await Promise.all(shuffled.map(post))
    await vi.waitFor(() => expect([...bot.counts].find(([method]) => method === 'sendMessage')?.[1]).toBe(100), {
      timeout: 10_000,
    })
    expect(await fresh.db.query(`select count(*)::int as count from messages where direction = 'inbound'`)).toEqual([
      { count: 100 },
    ])
  })
})
