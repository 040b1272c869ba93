import { afterEach, expect, it, vi } from 'vitest'
import { textUpdate } from '../telegram-updates.ts'
import { freshPlace } from './fresh-place.ts'
import { type Stage, setStage, vendorHeaders } from './stage.ts'
import { leftOver, script, tally } from './tally.ts'

let stage: Stage
afterEach(() => stage.close())

/** Posts an update once, as a vendor that does not wait for the one before. */
async function post(update: unknown): Promise<void> {
  const response = await fetch(stage.hook, { method: 'POST', headers: vendorHeaders, body: JSON.stringify(update) })
  await response.arrayBuffer()
  expect(response.status).toBe(200)
}

it('answers fifty people who write five messages 30 ms apart, each in order', async () => {
  stage = await setStage(await freshPlace(), { sendsInFlight: 32 })
  const { bot, start } = stage
  const said = script(50, 5)
  const program = await start()
  const posts: Promise<void>[] = []
  for (let round = 0; round < 5; round++) {
    for (const [index, [person, texts]] of [...said].entries())
      posts.push(post(textUpdate(index * 5 + round + 1, person, texts[round]!)))
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  await Promise.all(posts)
  await vi.waitFor(() => expect(tally(bot, said).lost).toEqual([]), { timeout: 15_000 })
  program.child.kill('SIGTERM')
  expect(await program.ended).toBe(0)
  expect(tally(bot, said)).toEqual({ accepted: 250, answered: 250, doubled: [], lost: [], disordered: [] })
}, 120_000)

it('makes of 500 updates that come three times each in any order 500 messages and 500 answers', async () => {
  stage = await setStage(await freshPlace(), { sendsInFlight: 32 })
  const { bot, start, place } = stage
  const program = await start()
  const updates = Array.from({ length: 500 }, (_, index) => textUpdate(index + 1, 2000 + (index % 50), `n${index}`))
  const shuffled = [...updates, ...updates, ...updates]
    .map((update) => ({ update, at: Math.random() }))
    .toSorted((one, other) => one.at - other.at)
  for (let begin = 0; begin < shuffled.length; begin += 100)
    await Promise.all(shuffled.slice(begin, begin + 100).map(({ update }) => post(update)))
  await vi.waitFor(() => expect(bot.counts.get('sendMessage')).toBe(500), { timeout: 15_000 })
  program.child.kill('SIGTERM')
  expect(await program.ended).toBe(0)
  const texts = bot.calls.filter(({ method }) => method === 'sendMessage').map(({ params }) => params.text)
  expect(new Set(texts).size).toBe(500)
  expect(texts).toHaveLength(500)
  expect(await leftOver(place)).toEqual({ deliveries: 0, events: 0, unsent: 0, runs: 0 })
  const count = await place.look((db) => db.query(`select count(*)::int from messages where direction = 'inbound'`))
  expect(count).toEqual([{ count: 500 }])
}, 120_000)
