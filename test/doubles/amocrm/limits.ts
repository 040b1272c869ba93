import { html } from './refusal.ts'

/** Counts requests in sliding seconds, by integration and for the whole account. */
export interface Limits {
  /** Counts a request; throws 429, or 403 when the account was blocked, for one that is too many. */
  count(clientId: string): void
  /** The most requests of one integration that any sliding second saw. */
  mostInOneSecond(): number
  /** Requests that were too many. */
  breaches(): number
}

const windowMs = 1000

/** `blockAfter`: breaches after which the account is answered with 403 (amocrm.ru/developers/content/api/recommendations). */
export function openLimits(perIntegration: number, perAccount: number, blockAfter: number): Limits {
  const arrivals = new Map<string, number[]>()
  let most = 0
  let breaches = 0

  function seen(key: string, now: number): number {
    const times = arrivals.get(key) ?? []
    arrivals.set(key, times)
    times.push(now)
    while (times[0]! <= now - windowMs) times.shift()
    return times.length
  }

  return {
    count(clientId) {
      const now = performance.now()
      const own = seen(clientId, now)
      // No integration's name has a space.
      const all = seen('the account', now)
      most = Math.max(most, own)
      if (own > perIntegration || all > perAccount) {
        breaches++
        if (breaches <= blockAfter) throw html(429, 'Too Many Requests', true)
      }
      if (breaches > blockAfter) throw html(403, 'Forbidden', true)
    },
    mostInOneSecond: () => most,
    breaches: () => breaches,
  }
}
