import { VirtualClock } from '../src/platform/clock.ts'
import { createLog } from '../src/platform/log.ts'
import { createSafeHttp } from '../src/platform/safe-http/safe-http.ts'
import type { CrmContext, CrmLimit } from '../src/sync/crm.ts'

/** What a CRM's adapter is given in a test, with what it left there. */
export interface TestCrmContext<Settings> extends CrmContext<Settings> {
  clock: VirtualClock
  /** What it keeps, by name. */
  kept: Map<string, string>
  /** How many requests it asked for under each limit. */
  asked: Map<string, number>
}

/** The program around one CRM's adapter, in memory. Whoever has no place under a limit moves the clock until there is one. */
export function crmContext<Settings>(
  settings: Settings,
  over: Partial<CrmContext<Settings>> & { clock?: VirtualClock } = {},
): TestCrmContext<Settings> {
  const clock = over.clock ?? new VirtualClock()
  const kept = new Map<string, string>()
  const asked = new Map<string, number>()
  const queues = new Map<string, Promise<unknown>>()
  return {
    kept,
    asked,
    integration: { id: 1, projectId: 1, name: 'sales', settings },
    hookUrl: 'https://parley.example/hooks/crm-hook',
    log: createLog('silent'),
    http: createSafeHttp({ allowedPrivateHosts: ['127.0.0.0/8', '::1'] }),
    state: {
      read: async (name) => kept.get(name),
      write: async (name, value) => void (value === undefined ? kept.delete(name) : kept.set(name, value)),
      exclusively(name, work, signal) {
        const turn = (queues.get(name) ?? Promise.resolve()).then(() => {
          signal.throwIfAborted()
          return work()
        })
        queues.set(
          name,
          turn.catch(() => {}),
        )
        return turn
      },
    },
    limited: limiter(clock, asked),
    ...over,
    clock,
  }
}

/** A place is held until a second or minute after the end of its request, by the test's clock. */
function limiter(clock: VirtualClock, asked: Map<string, number>): CrmContext['limited'] {
  const places = new Map<string, { freeAt: number }[]>()
  return async (limits, request, signal) => {
    signal.throwIfAborted()
    const taken: { place: { freeAt: number }; counts: number }[] = []
    for (const limit of limits) {
      const counts = 'perMinute' in limit ? 60_000 : 1000
      taken.push({ place: await placeUnder(limit, places, clock), counts })
      asked.set(limit.name, (asked.get(limit.name) ?? 0) + 1)
    }
    try {
      return await request()
    } finally {
      for (const { place, counts } of taken) place.freeAt = clock.now().getTime() + counts
    }
  }
}

async function placeUnder(limit: CrmLimit, places: Map<string, { freeAt: number }[]>, clock: VirtualClock) {
  const place = { freeAt: Number.POSITIVE_INFINITY }
  const most = 'perMinute' in limit ? limit.perMinute : limit.perSecond
  for (;;) {
    const held = (places.get(limit.name) ?? []).filter(({ freeAt }) => freeAt > clock.now().getTime())
    if (held.length < most) {
      places.set(limit.name, [...held, place])
      return place
    }
    const next = Math.min(...held.map(({ freeAt }) => freeAt))
    if (next === Number.POSITIVE_INFINITY) await new Promise((resolve) => setImmediate(resolve))
    else clock.advance(next - clock.now().getTime())
  }
}
