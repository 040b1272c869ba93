import type { Account, HookEvent } from './account.ts'

export interface Webhook {
  id: number
  destination: string
  settings: string[]
  sort: number
  createdAt: number
  updatedAt: number
}

/** One POST to a subscription. */
export interface HookCall {
  destination: string
  /** Urlencoded, as sent. */
  body: string
  attempts: number
  /** What became of the last attempt: a status, `slow`, or why there was none. */
  outcome: string
}

/** Sends webhooks and remembers those that nobody acknowledged. */
export interface Hooks {
  subscriptions: Map<string, Webhook>
  /** Every call so far, also those that failed. */
  calls: HookCall[]
  /** Tells the subscriptions what changed, by one call a kind of event. */
  send(events: HookEvent[]): void
  /** Calls that failed and are to be repeated. */
  unheard(): HookCall[]
  /** Repeats them once, as the vendor does within the hour; after four repetitions one is given up. */
  retry(): Promise<void>
  /** Resolves when no call is under way. */
  idle(): Promise<void>
  close(): void
}

const timeoutMs = 2000
const repetitions = 4

/** `onSlow` is told of an acknowledgement that took longer than the vendor waits. */
export function openHooks(account: Account, onSlow: (call: HookCall) => void): Hooks {
  const underWay = new Set<Promise<void>>()
  const closing = new AbortController()
  const hooks: Hooks = {
    subscriptions: new Map(),
    calls: [],
    send(events) {
      const bySetting = Map.groupBy(events, ({ setting }) => setting)
      for (const { destination, settings } of hooks.subscriptions.values()) {
        for (const setting of settings) {
          const told = bySetting.get(setting)
          if (told === undefined) continue
          const body = encodeHook(account, told)
          const call: HookCall = { destination, body, attempts: 0, outcome: 'under way' }
          hooks.calls.push(call)
          attempt(call)
        }
      }
    },
    unheard: () => hooks.calls.filter(({ outcome, attempts }) => !heard(outcome) && attempts <= repetitions),
    async retry() {
      for (const call of hooks.unheard()) attempt(call)
      await hooks.idle()
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    close: () => closing.abort(),
  }

  function attempt(call: HookCall): void {
    call.attempts++
    call.outcome = 'under way'
    const doing = post(call).finally(() => underWay.delete(doing))
    underWay.add(doing)
  }

  async function post(call: HookCall): Promise<void> {
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const response = await fetch(call.destination, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'amoCRM-Webhooks/3.0' },
        body: call.body,
        redirect: 'manual',
        signal: AbortSignal.any([timeout, closing.signal]),
      })
      await response.arrayBuffer()
      call.outcome = String(response.status)
    } catch (error) {
      call.outcome = timeout.aborted ? 'slow' : String((error as Error).cause ?? error)
      if (timeout.aborted) onSlow(call)
    }
  }
  return hooks
}

/** Success is 100 to 299 (webhooks-format). */
function heard(outcome: string): boolean {
  return outcome === 'under way' || (/^\d+$/.test(outcome) && Number(outcome) >= 100 && Number(outcome) < 300)
}

/** Events of one kind as a urlencoded body, nested the way PHP writes it; what is null is left out. */
export function encodeHook(account: Account, events: HookEvent[]): string {
  const { group, action } = events[0]!
  const pairs = new URLSearchParams()
  const write = (name: string, value: unknown): void => {
    if (value === null || value === undefined) return
    if (typeof value === 'object') for (const [key, inner] of Object.entries(value)) write(`${name}[${key}]`, inner)
    else pairs.append(name, typeof value === 'boolean' ? (value ? '1' : '0') : String(value))
  }
  for (const [index, { fields }] of events.entries()) write(`${group}[${action}][${index}]`, fields)
  write('account[subdomain]', account.subdomain)
  write('account[id]', account.id)
  write('account[_links][self]', `https://${account.subdomain}.amocrm.ru`)
  return pairs.toString()
}
