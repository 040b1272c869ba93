import { Refusal } from './refusal.ts'
import type { Params } from './validate.ts'

/** What the double can be told to do instead of, or after, answering a call. */
export type Fault =
  /** 429; seconds. */
  | { kind: 'rate_limited'; retryAfter: number }
  /** 400 with the group's new id. */
  | { kind: 'migrated'; to: number }
  | { kind: 'blocked' | 'deactivated' | 'kicked' | 'not_found' | 'unauthorized' | 'server_error' }
  /** Any other answer of the vendor. */
  | { kind: 'error'; status: number; description: string }
  /** The call takes so many milliseconds longer, then goes on. */
  | { kind: 'slow'; ms: number }
  /** The answer never comes; `after`: but the call took effect. */
  | { kind: 'hang'; when: 'before' | 'after' }
  /** The connection breaks; `after`: but the call took effect. */
  | { kind: 'drop'; when: 'before' | 'after' }

/** Which calls a fault meets, and how many of them (one unless told otherwise). */
export interface FaultScope {
  method?: string
  chat?: number | string
  times?: number
}

interface Injected extends FaultScope {
  fault: Fault
  left: number
}

/** The faults that wait for their calls. */
export class Faults {
  #waiting: Injected[] = []

  inject(fault: Fault, scope: FaultScope = {}): void {
    this.#waiting.push({ ...scope, fault, left: scope.times ?? 1 })
  }

  clear(): void {
    this.#waiting = []
  }

  /** The fault that meets this call, counted down. */
  take(method: string, params: Params): Fault | undefined {
    if (this.#waiting.length === 0) return undefined
    const found = this.#waiting.find(
      (entry) =>
        (entry.method === undefined || entry.method === method) &&
        (entry.chat === undefined || String(entry.chat) === String(params.chat_id)),
    )
    if (found === undefined) return undefined
    found.left -= 1
    if (found.left <= 0) this.#waiting.splice(this.#waiting.indexOf(found), 1)
    return found.fault
  }
}

/** The vendor's answer for a fault that is an answer. */
export function refusalOf(fault: Fault): Refusal | undefined {
  switch (fault.kind) {
    case 'rate_limited':
      return new Refusal(429, `Too Many Requests: retry after ${fault.retryAfter}`, { retry_after: fault.retryAfter })
    case 'migrated':
      return new Refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
        migrate_to_chat_id: fault.to,
      })
    case 'blocked':
      return new Refusal(403, 'Forbidden: bot was blocked by the user')
    case 'deactivated':
      return new Refusal(403, 'Forbidden: user is deactivated')
    case 'kicked':
      return new Refusal(403, 'Forbidden: bot was kicked from the supergroup chat')
    case 'not_found':
      return new Refusal(400, 'Bad Request: chat not found')
    case 'unauthorized':
      return new Refusal(401, 'Unauthorized')
    case 'server_error':
      return new Refusal(500, 'Internal Server Error')
    case 'error':
      return new Refusal(fault.status, fault.description)
    default:
      return undefined
  }
}
