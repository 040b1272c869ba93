import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../../src/platform/clock.ts'
import { uuid } from '../../../src/platform/ids.ts'
import type { Log } from '../../../src/platform/log.ts'
import type { GenericEvent } from '../generic/contract.ts'
import type { KeptCall, KeptCalls } from './kept-calls.ts'

export type EventName = GenericEvent['event']
export type CallFacts = GenericEvent['call']
export type EventDetail = Pick<GenericEvent, 'sip_status' | 'reason' | 'digit' | 'duration' | 'hangup_by'>

/** One call, and what is told of it. */
export interface CallRecord {
  readonly call: CallFacts
  /**
   * Notes an event and sends it once it is on disk; after an end nothing more is noted. `onAnswer` gets the body of the
   * receiver's answer.
   */
  tell(event: EventName, detail?: EventDetail, onAnswer?: (answer: unknown) => void): void
}

/** The calls of today, and what is told of them: at least once, in order within a call. */
export interface CallBook {
  knows(id: string): boolean
  /** Takes up a call that is not known yet. */
  open(call: CallFacts, eventsUrl?: string): CallRecord
  /** Waits until each event was sent or has failed at least once, but at most so many milliseconds. */
  settle(ms: number): Promise<void>
  /** Ends the sending. What is left is sent after the next start. */
  close(): Promise<void>
}

export interface CallBookOptions {
  kept: KeptCalls
  clock: Clock
  log: Log
  /** Sends an event to that address, or where all go; gives the body of a 2xx. Throws when the receiver did not take it. */
  post(url: string | undefined, event: GenericEvent, signal: AbortSignal): Promise<unknown>
  firstRetryMs: number
  mostRetryMs: number
}

/** For how long a call is known: an order that is repeated must not place it again. */
const knownMs = 24 * 3_600_000
/** What nobody has taken for so long is given up. */
const givenUpMs = 72 * 3_600_000
const cleanEveryMs = 3_600_000

interface Entry {
  kept: KeptCall
  written: Promise<void>
  sending: Promise<void> | undefined
  /** Whether the oldest pending event has failed. */
  failed: boolean
  answers: Map<string, (answer: unknown) => void>
}

/** Opens the book. Of a call that the last run of the program left open the end is told. */
export async function openCallBook({ kept: files, clock, log, post, ...options }: CallBookOptions): Promise<CallBook> {
  const entries = new Map<string, Entry>()
  const closing = new AbortController()

  function add(kept: KeptCall): Entry {
    const entry = { kept, written: Promise.resolve(), sending: undefined, failed: false, answers: new Map() }
    entries.set(kept.call.id, entry)
    return entry
  }

  function save(entry: Entry): void {
    entry.written = entry.written
      .then(() => files.save(entry.kept))
      // A full disk must not end a call; its events are told as long as the program runs.
      .catch((error) => log.error({ error, call: entry.kept.call.id }, 'a call cannot be kept on disk'))
  }

  function note(entry: Entry, event: EventName, detail: EventDetail): GenericEvent | undefined {
    const { kept } = entry
    if (kept.ended) return undefined
    const at = clock.now().toISOString()
    const told: GenericEvent = { id: uuid(), seq: kept.seq, event, at, call: kept.call, ...detail }
    kept.seq++
    kept.pending.push(told)
    kept.answered ||= event === 'call.answered'
    kept.ended = endings.has(event)
    save(entry)
    send(entry)
    return told
  }

  function send(entry: Entry): void {
    if (!closing.signal.aborted) entry.sending ??= sendAll(entry)
  }

  async function sendAll(entry: Entry): Promise<void> {
    const { kept } = entry
    let pause = options.firstRetryMs
    for (let event = kept.pending[0]; event && !closing.signal.aborted; event = kept.pending[0]) {
      await entry.written
      try {
        const answer = await post(kept.eventsUrl, event, closing.signal)
        const take = entry.answers.get(event.id)
        settled(entry, event)
        pause = options.firstRetryMs
        take?.(answer)
      } catch (error) {
        log.warn({ error, call: kept.call.id, event: event.event }, 'an event was not taken')
        entry.failed = true
        if (clock.now().getTime() - Date.parse(event.at) > givenUpMs) settled(entry, event)
        else await sleep(pause * (0.75 + Math.random() / 2), undefined, { signal: closing.signal }).catch(() => {})
        pause = Math.min(pause * 2, options.mostRetryMs)
      }
    }
    entry.sending = undefined
  }

  function settled(entry: Entry, event: GenericEvent): void {
    entry.kept.pending.shift()
    entry.failed = false
    entry.answers.delete(event.id)
    save(entry)
  }

  function isDone({ kept }: Entry): boolean {
    return kept.ended && kept.pending.length === 0 && clock.now().getTime() - Date.parse(kept.begun) > knownMs
  }

  function clean(): void {
    for (const [id, entry] of entries) {
      if (!isDone(entry)) continue
      entries.delete(id)
      entry.written.then(() => files.remove(id)).catch((error) => log.warn({ error }, 'an old call cannot be removed'))
    }
  }

  for (const kept of await files.load()) {
    const entry = add(kept)
    const cut = { reason: 'The SIP bridge was stopped during the call.', hangup_by: 'system' } as const
    if (!kept.ended) note(entry, kept.answered ? 'call.completed' : 'call.failed', cut)
    send(entry)
  }
  clean()
  const cleaning = setInterval(clean, cleanEveryMs)

  return {
    knows: (id) => entries.has(id),
    open(call, eventsUrl) {
      const begun = clock.now().toISOString()
      const entry = add({ call, eventsUrl, begun, answered: false, ended: false, seq: 0, pending: [] })
      return {
        call,
        tell(event, detail = {}, onAnswer) {
          const told = note(entry, event, detail)
          if (told && onAnswer) entry.answers.set(told.id, onAnswer)
        },
      }
    },
    async settle(ms) {
      const limit = AbortSignal.timeout(ms)
      const isWaiting = () => [...entries.values()].some(({ kept, failed }) => kept.pending.length > 0 && !failed)
      while (isWaiting() && !limit.aborted) await sleep(10)
    },
    async close() {
      clearInterval(cleaning)
      closing.abort()
      await Promise.all([...entries.values()].map(({ sending }) => sending))
      await Promise.all([...entries.values()].map(({ written }) => written))
    },
  }
}

const endings: ReadonlySet<EventName> = new Set([
  'call.completed',
  'call.busy',
  'call.no_answer',
  'call.failed',
  'call.canceled',
])
