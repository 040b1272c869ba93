import { afterEach, expect, it, vi } from 'vitest'
import type { Fault } from '../doubles/bot-api/faults.ts'
import { freshPlace } from './fresh-place.ts'
import { type Stage, setStage } from './stage.ts'
import { leftOver } from './tally.ts'

let stage: Stage
afterEach(() => stage.close())

const texts = ['m0', 'm1', 'm2']
const faults: { what: string; fault: Fault; times: number; answers: string[] }[] = [
  { what: 'answers slowly', fault: { kind: 'slow', ms: 2500 }, times: 2, answers: texts },
  { what: 'asks to wait', fault: { kind: 'rate_limited', retryAfter: 2 }, times: 2, answers: texts },
  { what: 'fails', fault: { kind: 'server_error' }, times: 2, answers: texts },
  { what: 'breaks off before the call took effect', fault: { kind: 'drop', when: 'before' }, times: 2, answers: texts },
  {
    what: 'breaks off after the call took effect, which nobody can tell from before',
    fault: { kind: 'drop', when: 'after' },
    times: 2,
    answers: ['m0', 'm0', 'm0', 'm1', 'm2'],
  },
]

it('loses and reorders nothing while a vendor is slow, asks to wait, fails or breaks off, and lets no other chat wait', async () => {
  stage = await setStage(await freshPlace(), { sendsInFlight: 8 })
  const { bot, place, say, start } = stage
  const program = await start({ LOG_LEVEL: 'error' })
  for (const [index, { fault, times }] of faults.entries())
    bot.inject(fault, { method: 'sendMessage', chat: 1000 + index, times })
  const answers = (person: number) => bot.sent(person).map((message) => message.text)
  const healthy = [2000, 2001, 2002]
  for (const text of texts) {
    for (const index of faults.keys()) void say(1000 + index, text)
    for (const person of healthy) void say(person, text)
  }

  await vi.waitFor(() => expect(healthy.map(answers)).toEqual([texts, texts, texts]), { timeout: 10_000, interval: 5 })
  for (const [index, { what }] of faults.entries()) expect(answers(1000 + index).length, what).toBeLessThan(3)
  await vi.waitFor(
    () => {
      for (const index of faults.keys()) expect(answers(1000 + index)).toContain('m2')
    },
    { timeout: 20_000 },
  )
  for (const [index, fault] of faults.entries()) expect(answers(1000 + index), fault.what).toEqual(fault.answers)
  program.child.kill('SIGTERM')
  expect(await program.ended).toBe(0)
  expect(await leftOver(place)).toEqual({ deliveries: 0, events: 0, unsent: 0, runs: 0 })
}, 120_000)
