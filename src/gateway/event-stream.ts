import { setTimeout as sleep } from 'node:timers/promises'
import type { CursorPosition, RecordedChange } from '../platform/changes.ts'
import { messageOf } from '../platform/errors.ts'
import { type ProjectChanges, placeOf } from './project-changes.ts'
import type { Services } from './services.ts'

/** A comment so often keeps proxies from closing the connection. */
const heartbeatMs = 15_000
/** The log is looked at so often even when nobody told that it grew. */
const lookMs = 2_000
/** And not more often than this, however fast it grows. */
const restMs = 100

/**
 * An answer of server-sent events: every change behind `from`, then those that come, each with its place as `id`, until
 * the client goes or the program stops. The client's pace is kept: nothing is read ahead of what it takes.
 */
export function eventStream(
  { signals, stopping, log }: Pick<Services, 'signals' | 'stopping' | 'log'>,
  read: (after: CursorPosition) => Promise<ProjectChanges>,
  from: CursorPosition,
): Response {
  const gone = new AbortController()
  const over = AbortSignal.any([stopping, gone.signal])
  const bell = createBell(over)
  const unsubscribe = signals.subscribe('changes', bell.ring)
  const encoder = new TextEncoder()
  let position = from

  /** The next piece of text to send; undefined when the stream is over. */
  async function nextText(): Promise<string | undefined> {
    const quietSince = performance.now()
    while (!over.aborted) {
      const found = await read(position)
      position = found.position
      if (found.changes.length > 0) return found.changes.map(eventOf).join('')
      if (performance.now() - quietSince >= heartbeatMs) return ': still here\n\n'
      if (!found.more) await bell.wait(lookMs)
    }
    return undefined
  }

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(`retry: 1000\nid: ${placeOf(from)}\n\n`))
    },
    async pull(controller) {
      const text = await nextText().catch((error: unknown) => {
        log.warn({ error }, `An event stream ended: ${messageOf(error)}`)
        return undefined
      })
      if (gone.signal.aborted) return
      if (text === undefined) {
        unsubscribe()
        controller.close()
        return
      }
      controller.enqueue(encoder.encode(text))
      await sleep(restMs, undefined, { signal: over }).catch(() => {})
    },
    cancel() {
      unsubscribe()
      gone.abort()
    },
  })
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  })
}

function eventOf(change: RecordedChange): string {
  const { projectId: _, xact, ...shown } = change
  return `id: ${placeOf({ xact, changeId: change.id })}\nevent: ${change.kind}\ndata: ${JSON.stringify(shown)}\n\n`
}

/** Something to wait at until it rings, for so long at most; a ring while nobody waits is not lost. */
function createBell(over: AbortSignal) {
  let rung = false
  let wake = () => {}
  over.addEventListener('abort', () => wake())
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (over.aborted) wake()
    })
  return {
    ring() {
      rung = true
      wake()
    },
    async wait(ms: number) {
      if (!rung) await pause(ms)
      rung = false
    },
  }
}
