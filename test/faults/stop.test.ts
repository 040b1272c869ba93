import { afterEach, expect, it, vi } from 'vitest'
import { freshPlace } from './fresh-place.ts'
import { type Stage, setStage } from './stage.ts'
import { doubtful, leftOver, script, tally } from './tally.ts'

let stage: Stage
afterEach(() => stage.close())

it('stops in the midst of load without losing or doubling anything, and goes on after a restart', async () => {
  stage = await setStage(await freshPlace(), { vendorMs: 5 })
  const { bot, place, start, say } = stage
  const said = script(30, 10)
  const first = await start()
  const sayings = [...said].flatMap(([person, texts]) => texts.map((text) => say(person, text)))
  await vi.waitFor(() => expect(bot.counts.get('sendMessage')).toBeGreaterThan(50), { timeout: 15_000, interval: 5 })
  const begin = performance.now()
  first.child.kill('SIGTERM')
  expect(await first.ended, first.out()).toBe(0)
  expect(performance.now() - begin).toBeLessThan(5000)
  expect(bot.counts.get('sendMessage')).toBeLessThan(300)

  const second = await start()
  await Promise.all(sayings)
  await vi.waitFor(() => expect(tally(bot, said).lost).toEqual([]), { timeout: 15_000 })
  second.child.kill('SIGTERM')
  expect(await second.ended).toBe(0)
  expect(tally(bot, said)).toEqual({ accepted: 300, answered: 300, doubled: [], lost: [], disordered: [] })
  expect(await doubtful(place)).toEqual([])
  expect(await leftOver(place)).toEqual({ deliveries: 0, events: 0, unsent: 0, runs: 0 })
}, 120_000)

it('gives up at SHUTDOWN_TIMEOUT what a vendor does not answer, and sends it again after a restart, marked', async () => {
  stage = await setStage(await freshPlace())
  const { bot, place, start, say } = stage
  bot.inject({ kind: 'hang', when: 'before' }, { method: 'sendMessage', chat: 1000 })
  const first = await start({ SHUTDOWN_TIMEOUT: '1' })
  await Promise.all([say(1000, 'hello'), say(1001, 'hello')])
  await vi.waitFor(() => expect(bot.sent(1001)).toHaveLength(1))
  const begin = performance.now()
  first.child.kill('SIGTERM')
  expect(await first.ended, first.out()).toBe(0)
  expect(performance.now() - begin).toBeLessThan(3000)
  const second = await start()
  await vi.waitFor(() => expect(bot.sent(1000)).toHaveLength(1), { timeout: 15_000 })
  second.child.kill('SIGTERM')
  expect(await second.ended).toBe(0)
  expect(await doubtful(place)).toEqual(['1000/hello'])
}, 120_000)
