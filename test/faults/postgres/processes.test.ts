import { afterEach, expect, it, vi } from 'vitest'
import type { FlowInput } from '../../../src/flows/flow.ts'
import { textUpdate } from '../../telegram-updates.ts'
import { freshPlace } from '../fresh-place.ts'
import { type Stage, setStage } from '../stage.ts'
import { doubtful, leftOver, script, tally } from '../tally.ts'
import { startThree } from './three.ts'

const cap = 4
let stage: Stage

afterEach(() => stage.close())

it('shares the load among three processes, and when the one that sends is killed another takes over within seconds', async () => {
  stage = await setStage(await freshPlace(), { sendsInFlight: cap, vendorMs: 5 })
  const { programs, post, holder } = await startThree(stage)
  const { bot, place } = stage
  const said = script(30, 10)
  let id = 0
  let turn = 0
  const talking = [...said].map(async ([person, texts]) => {
    for (const text of texts) await post(textUpdate(++id, person, text), ++turn)
  })
  await vi.waitFor(() => expect(bot.counts.get('sendMessage')).toBeGreaterThan(60), { timeout: 15_000, interval: 5 })
  const killed = await holder()
  await killed.kill()
  const killedAt = performance.now()
  await Promise.all(talking)
  const before = bot.counts.get('sendMessage')!
  await vi.waitFor(() => expect(bot.counts.get('sendMessage')).toBeGreaterThan(before), {
    timeout: 20_000,
    interval: 5,
  })
  expect(performance.now() - killedAt).toBeLessThan(13_000)
  await vi.waitFor(() => expect(tally(bot, said).lost).toEqual([]), { timeout: 20_000 })
  for (const program of programs) program.child.kill('SIGTERM')
  for (const program of programs) if (program !== killed) expect(await program.ended, program.out()).toBe(0)
  const { answered, doubled, disordered } = tally(bot, said)
  expect(answered).toBe(300)
  expect(disordered).toEqual([])
  expect(doubled.length).toBeLessThanOrEqual(cap)
  expect(await doubtful(place)).toEqual(expect.arrayContaining(doubled))
  expect(await leftOver(place)).toEqual({ deliveries: 0, events: 0, unsent: 0, runs: 0 })
}, 120_000)

const later: FlowInput = {
  name: 'Later',
  triggers: [{ type: 'any_message', to: 'wait' }],
  blocks: [
    { id: 'wait', number: 1, type: 'delay', options: { for: '3s' } },
    { id: 'tell', number: 2, type: 'message', options: { text: 'later' } },
  ],
  arrows: [{ from: 'wait', to: 'tell' }],
}

it('ends the wait of a run whose process is dead in another one', async () => {
  stage = await setStage(await freshPlace(), { flows: [later] })
  const { programs, post } = await startThree(stage)
  const { bot } = stage
  await post(textUpdate(1, 1000, 'hello'), 0)
  const [first] = programs
  await first!.kill()
  await vi.waitFor(() => expect(bot.sent(1000).map(({ text }) => text)).toEqual(['later']), { timeout: 20_000 })
}, 120_000)
