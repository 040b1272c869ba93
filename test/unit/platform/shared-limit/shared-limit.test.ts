import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../../src/platform/database/database.ts'
import { openPostgres } from '../../../../src/platform/database/postgres.ts'
import { holdPlaces, takePlaces } from '../../../../src/platform/shared-limit/rate-slots.store.ts'
import { sharedLimit } from '../../../../src/platform/shared-limit/shared-limit.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'

let fresh: FreshDatabase
/** What another process sees the same database through. */
let other: Database

beforeAll(async () => {
  fresh = await freshDatabase()
  other = fresh.url ? openPostgres(fresh.url) : fresh.db
})
afterEach(() => fresh.clear())
afterAll(async () => {
  if (other !== fresh.db) await other.close()
  await fresh.drop()
})

const patient = () => AbortSignal.timeout(20_000)

describe('A limit that processes share', () => {
  it('lets no second see more requests than it allows, of however many processes', async () => {
    const limits = [{ name: 'account', perSecond: 3 }]
    const arrivals: number[] = []
    const request = async () => {
      arrivals.push(performance.now())
    }
    const processes = [sharedLimit(fresh.db), sharedLimit(other)]
    await Promise.all(
      processes.flatMap((limited) => Array.from({ length: 5 }, () => limited(limits, request, patient()))),
    )
    expect(arrivals).toHaveLength(10)
    const inOrder = arrivals.toSorted((a, b) => a - b)
    for (const [index, arrival] of inOrder.slice(3).entries()) expect(arrival - inOrder[index]!).toBeGreaterThan(1000)
    // And it wastes no time: the fourth round begins after three seconds, and not much later.
    expect(inOrder[9]! - inOrder[0]!).toBeLessThan(6000)
  })

  it('counts a request until a second after its end', async () => {
    const limited = sharedLimit(fresh.db)
    const limits = [{ name: 'account', perSecond: 1 }]
    let ended = 0
    await Promise.all([
      limited(
        limits,
        async () => {
          await new Promise((resolve) => setTimeout(resolve, 300))
          ended = performance.now()
        },
        patient(),
      ),
      limited(limits, async () => expect(performance.now() - ended).toBeGreaterThan(1000), patient()),
    ])
  })

  it('takes places of all its limits or of none', async () => {
    const limited = sharedLimit(fresh.db)
    const account = { name: 'account', perSecond: 1 }
    const app = { name: 'app', perSecond: 5 }
    await limited([account, app], async () => {}, patient())
    const impatient = AbortSignal.timeout(150)
    const refused = limited([account, app], async () => expect.unreachable(), impatient)
    await expect(refused).rejects.toMatchObject({ code: 'timeout' })
    const rows = await fresh.db.query<{ count: number }>(
      `select count(*)::int as count from rate_slots where name = 'app' and free_at > now()`,
    )
    expect(rows).toEqual([{ count: 1 }])
  })

  it('serves whoever asked first in a process first', async () => {
    const limited = sharedLimit(fresh.db)
    const limits = [{ name: 'account', perSecond: 2 }]
    const order: number[] = []
    await Promise.all([1, 2, 3, 4].map((n) => limited(limits, async () => void order.push(n), patient())))
    expect(order).toEqual([1, 2, 3, 4])
  })

  it('hands on what a request gave or threw, and frees its place either way', async () => {
    const limited = sharedLimit(fresh.db)
    const limits = [{ name: 'account', perSecond: 2 }]
    expect(await limited(limits, async () => 'done', patient())).toBe('done')
    await expect(limited(limits, () => Promise.reject(new Error('refused')), patient())).rejects.toThrow('refused')
    const [{ ms }] = (await fresh.db.query<{ ms: number }>(
      'select extract(epoch from max(free_at) - now())::float8 * 1000 as ms from rate_slots',
    )) as [{ ms: number }]
    expect(ms).toBeLessThan(1100)
  })

  it('gives the place of a dead process to others once it lapsed, and leaves it to them', async () => {
    const limits = [{ name: 'account', perSecond: 1 }]
    await takePlaces(fresh.db, limits, 0)
    const dead = await takePlaces(fresh.db, limits, 0.05)
    expect(dead).toMatchObject({ places: [{ name: 'account', slot: 1 }] })
    expect(await takePlaces(fresh.db, limits, 60)).toHaveProperty('waitMs')
    await new Promise((resolve) => setTimeout(resolve, 1080))
    const heir = await takePlaces(other, limits, 60)
    expect(heir).toMatchObject({ places: [{ slot: 1 }] })
    if (!('places' in dead)) return
    expect(await holdPlaces(fresh.db, dead.places, () => 0)).toEqual([])
    expect(await takePlaces(fresh.db, limits, 60)).toHaveProperty('waitMs')
  })

  it('may be of a minute: its places come free a minute after their requests, those of a dead process no sooner', async () => {
    const limited = sharedLimit(fresh.db)
    const limits = [
      { name: 'account', perMinute: 3 },
      { name: 'app', perSecond: 5 },
    ]
    const secondsUntilFree = async () => {
      const rows = await fresh.db.query<{ name: string; seconds: number }>(
        `select name, extract(epoch from free_at - now())::float8 as seconds from rate_slots where free_at > now() order by name, free_at`,
      )
      return rows.map(({ name, seconds }) => [name, Math.round(seconds)])
    }
    await limited(
      limits,
      async () =>
        expect(await secondsUntilFree()).toEqual([
          ['account', 74],
          ['app', 15],
        ]),
      patient(),
    )
    expect(await secondsUntilFree()).toEqual([
      ['account', 60],
      ['app', 1],
    ])
    for (let asked = 1; asked < 3; asked++) await limited(limits, async () => {}, patient())
    const refused = limited(limits, async () => expect.unreachable(), AbortSignal.timeout(150))
    await expect(refused).rejects.toMatchObject({ code: 'timeout' })
  })
})
