import { afterEach, expect, it, vi } from 'vitest'
import type { FlowInput } from '../../../src/flows/flow.ts'
import { textUpdate } from '../../telegram-updates.ts'
import { freshPlace } from '../fresh-place.ts'
import type { Program } from '../program.ts'
import { echo, type Stage, setStage, token, vendorHeaders } from '../stage.ts'
import { doubtful, leftOver, script, tally } from '../tally.ts'

const cap = 4
let stage: Stage
let programs: Program[]

afterEach(() => stage.close())

async function startThree(): Promise<void> {
  programs = await Promise.all([1, 2, 3].map(() => stage.start({ PORT: '0' })))
}

/** Posts an update to the processes in turn until one takes it, as a vendor behind a balancer does. */
async function post(update: unknown, turn: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { address } = programs[(turn + attempt) % programs.length]!
    const status = await statusOf(`${address}/hooks/${stage.hookId}`, update)
    if (status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** 0 when nobody answers. */
async function statusOf(hook: string, update: unknown): Promise<number> {
  try {
    const response = await fetch(hook, { method: 'POST', headers: vendorHeaders, body: JSON.stringify(update) })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}

/** Who holds the channel, by its process number. */
async function holder(): Promise<Program> {
  const rows = await stage.place.look((db) =>
    db.query<{ holder: string }>(`select holder from leases where name like 'channel:%' and expires_at > now()`),
  )
  return programs.find(({ child }) => rows[0]?.holder.includes(`-${child.pid}-`))!
}

it('shares the load among three processes, and when the one that sends is killed another takes over within seconds', async () => {
  stage = await setStage(await freshPlace(), { sendsInFlight: cap, vendorMs: 5 })
  await startThree()
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
}, 60_000)

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
  await startThree()
  const { bot } = stage
  await post(textUpdate(1, 1000, 'hello'), 0)
  const [first] = programs
  await first!.kill()
  await vi.waitFor(() => expect(bot.sent(1000).map(({ text }) => text)).toEqual(['later']), { timeout: 20_000 })
}, 40_000)

it('polls a channel in one process at a time, and goes on in another when that one is killed', async () => {
  stage = await setStage(await freshPlace(), { flows: [echo], mode: 'polling' })
  await startThree()
  const { bot, say } = stage
  await say(1000, 'before')
  await vi.waitFor(() => expect(bot.sent(1000)).toHaveLength(1))
  await (await holder()).kill()
  await say(1000, 'after')
  await vi.waitFor(() => expect(bot.sent(1000).map(({ text }) => text)).toEqual(['before', 'after']), {
    timeout: 20_000,
  })
  await vi.waitFor(() => expect(bot.account(token).updates.pending).toBe(0))
  expect(bot.refused).toEqual([])
}, 40_000)
