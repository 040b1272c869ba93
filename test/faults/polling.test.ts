import { afterEach, expect, it, vi } from 'vitest'
import { freshPlace } from './fresh-place.ts'
import { type Stage, setStage, token } from './stage.ts'
import { doubtful, leftOver, script, tally } from './tally.ts'

let stage: Stage
afterEach(() => stage.close())

it('loses nothing of a polled channel to kill -9', async () => {
  const cap = 4
  stage = await setStage(await freshPlace(), { mode: 'polling', sendsInFlight: cap, vendorMs: 5 })
  const { bot, place, say, start } = stage
  const said = script(20, 10)
  const killAt = 10 + Math.floor(Math.random() * 150)
  const first = await start()
  for (const [person, texts] of said) for (const text of texts) void say(person, text)
  await vi.waitFor(() => expect(bot.counts.get('sendMessage')).toBeGreaterThan(killAt), {
    timeout: 15_000,
    interval: 5,
  })
  await first.kill()
  const second = await start()
  await vi.waitFor(() => expect(tally(bot, said).lost).toEqual([]), { timeout: 20_000 })
  await vi.waitFor(() => expect(bot.account(token).updates.pending).toBe(0))
  second.child.kill('SIGTERM')
  expect(await second.ended, second.out()).toBe(0)
  const { doubled, disordered } = tally(bot, said)
  const where = `killed after ${killAt} answers`
  expect(disordered, where).toEqual([])
  expect(doubled.length, where).toBeLessThanOrEqual(cap)
  expect(await doubtful(place), where).toEqual(expect.arrayContaining(doubled))
  expect(await leftOver(place)).toEqual({ deliveries: 0, events: 0, unsent: 0, runs: 0 })
}, 120_000)
