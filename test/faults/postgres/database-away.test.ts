import { afterEach, expect, it, vi } from 'vitest'
import { textUpdate } from '../../telegram-updates.ts'
import { freshPlace } from '../fresh-place.ts'
import type { Place } from '../place.ts'
import { type Stage, setStage, vendorHeaders } from '../stage.ts'
import { leftOver, script, tally } from '../tally.ts'

let stage: Stage
afterEach(() => stage.close())

/** The server takes no connections to the database and cuts those there are. */
function takeAway({ asAdmin }: Place): Promise<void> {
  return asAdmin(async (admin, database) => {
    await admin.unsafe(`alter database ${database} allow_connections false`)
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${database}`
  })
}

function giveBack({ asAdmin }: Place): Promise<void> {
  return asAdmin((admin, database) => admin.unsafe(`alter database ${database} allow_connections true`))
}

async function post(update: unknown): Promise<number> {
  const response = await fetch(stage.hook, { method: 'POST', headers: vendorHeaders, body: JSON.stringify(update) })
  await response.arrayBuffer()
  return response.status
}

it.each([
  { name: 'some seconds', awayMs: 3000 },
  { name: 'longer than its leases last', awayMs: 12_000 },
])(
  'refuses what it cannot store while the database is away for $name, and answers everything once when it is back',
  async ({ awayMs }) => {
    const place = await freshPlace()
    stage = await setStage(place, { sendsInFlight: 8, vendorMs: 5 })
    const { bot, say, start } = stage
    const said = script(20, 10)
    const program = await start({ LOG_LEVEL: 'error' })
    const sayings = [...said].flatMap(([person, texts]) => texts.map((text) => say(person, text)))
    await vi.waitFor(() => expect(bot.counts.get('sendMessage')).toBeGreaterThan(30), { timeout: 15_000, interval: 5 })
    await takeAway(place)
    await vi.waitFor(async () => expect(await post(textUpdate(100_000, 5000, 'while away'))).toBe(503))
    expect((await fetch(`${program.address}/readyz`)).status).toBe(503)
    expect((await fetch(`${program.address}/healthz`)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, awayMs))
    await giveBack(place)

    await Promise.all(sayings)
    expect(await post(textUpdate(100_000, 5000, 'while away'))).toBe(200)
    said.set(5000, ['while away'])
    await vi.waitFor(() => expect(tally(bot, said).lost).toEqual([]), { timeout: 15_000 })
    program.child.kill('SIGTERM')
    expect(await program.ended, program.out()).toBe(0)
    expect(tally(bot, said)).toEqual({ accepted: 201, answered: 201, doubled: [], lost: [], disordered: [] })
    expect(await leftOver(place)).toEqual({ deliveries: 0, events: 0, unsent: 0, runs: 0 })
  },
  60_000,
)

it('hears from the other processes again once the database is back', async () => {
  const place = await freshPlace()
  stage = await setStage(place)
  const { openPostgres } = await import('../../../src/platform/database/postgres.ts')
  const { openSignals } = await import('../../../src/platform/signals.ts')
  const [here, there] = [openPostgres(place.url!), openPostgres(place.url!)]
  let heard = 0
  let gaps = 0
  const listening = await openSignals(here, 'here', () => {
    gaps++
  })
  listening.subscribe('news', () => {
    heard++
  })
  const speaking = await openSignals(there, 'there', () => {})
  await takeAway(place)
  await new Promise((resolve) => setTimeout(resolve, 2000))
  await giveBack(place)
  await vi.waitFor(() => expect(gaps).toBe(1), { timeout: 5000 })
  heard = 0
  await vi.waitFor(
    () => {
      speaking.notify('news')
      expect(heard).toBeGreaterThan(0)
    },
    { timeout: 5000 },
  )
  listening.close()
  speaking.close()
  await Promise.all([here.close(), there.close()])
}, 120_000)
