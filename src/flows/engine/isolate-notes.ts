import { isPassing } from '../../platform/database/failures.ts'
import type { AttemptResult, Notes } from '../../platform/deliveries/delivery.ts'
import type { Dispatcher } from '../../platform/deliveries/dispatcher.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'

export interface NoteTools {
  log: Log
  dispatcher: Dispatcher
  /** One transaction that writes notes, with what they mean to the modules or without it. */
  write(notes: Notes, settles: boolean): Promise<void>
}

/**
 * Writes the dispatcher's notes one by one, so that one that cannot be written stops nobody else: of that one only how it ended is
 * noted. Throws when the database is lost; what is not written then stays to be written.
 */
export async function isolateNotes({ log, dispatcher, write }: NoteTools): Promise<void> {
  const { starts, results } = dispatcher.takeNotes()
  const single: Notes[] = [
    ...results.map((result) => ({ starts: [], results: [result] })),
    ...starts.map((start) => ({ starts: [start], results: [] })),
  ]
  for (const [index, notes] of single.entries()) {
    try {
      await write(notes, true).catch(async (error) => {
        const [result] = notes.results
        if (isPassing(error) || !result) throw error
        log.error({ error, deliveryId: result.delivery.id }, 'A result could not be noted; only how it ended is.')
        await write({ starts: [], results: [bare(result, error)] }, false)
      })
      dispatcher.noted(notes)
    } catch (error) {
      for (const rest of single.slice(index)) dispatcher.notNoted(rest)
      throw error
    }
  }
}

/** What was sent stays sent; what was to be tried again is given up, visibly. */
function bare(result: AttemptResult, error: unknown): AttemptResult {
  const note = `The result could not be noted: ${messageOf(error)}`
  const { outcome } = result.attempt
  return { ...result, attempt: outcome === 'sent' ? { outcome, result: {} } : { outcome: 'dead', error: note } }
}
