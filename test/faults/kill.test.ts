import { afterEach, expect, it, vi } from 'vitest'
import { freshPlace } from './fresh-place.ts'
import { type Stage, setStage } from './stage.ts'
import { doubtful, leftOver, script, tally } from './tally.ts'

const cap = 4
let stage: Stage
afterEach(() => stage.close())

it('loses no message to kill -9 at any moment, doubles no more answers than were on their way, and marks those', async () => {
  stage = await setStage(await freshPlace(), { sendsInFlight: cap, vendorMs: 5 })
  const { bot, start, say } = stage
  const said = script(30, 10)
  const killAt = 30 + Math.floor(Math.random() * 200)

  const first = await start()
  const sayings = [...said].flatMap(([person, texts]) => texts.map((text) => say(person, text)))
  await vi.waitFor(() => expect(bot.counts.get('sendMessage')).toBeGreaterThan(killAt), {
    timeout: 15_000,
    interval: 5,
  })
  await first.kill()
  const second = await start()
  await Promise.all(sayings)
  await vi.waitFor(() => expect(tally(bot, said).lost).toEqual([]), { timeout: 20_000 })
  second.child.kill('SIGTERM')
  expect(await second.ended, second.out()).toBe(0)

  const { answered, doubled, disordered } = tally(bot, said)
  const where = `killed after ${killAt} answers`
  expect(answered, where).toBe(300)
  expect(disordered, where).toEqual([])
  expect(doubled.length, where).toBeLessThanOrEqual(cap)
  expect(await doubtful(stage.place), where).toEqual(expect.arrayContaining(doubled))
  expect(await leftOver(stage.place)).toEqual({ deliveries: 0, events: 0, unsent: 0, runs: 0 })
}, 120_000)
