import { raiseSignal } from '../../conversations/receive/raise-signal.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { callResult, type PlacedCallResult } from './call-result.ts'
import { graceSeconds } from './place-call.ts'
import {
  abandonedCalls,
  callingRun,
  noteResult,
  openCalls,
  type PlacedCall,
  postponeDeadline,
} from './placed-calls.store.ts'

/** So many calls are looked at in one round. */
const roundLimit = 1000

/**
 * Looks what became of the calls that were placed: an end, the digits that were waited for, or nothing at all by its deadline. Its run
 * is told by the signal `call_result`. Every process sweeps; what two of them find is told once.
 *
 * @returns the numbers of the threads that were told something, to be woken.
 */
export async function sweepCalls(db: Database, clock: Clock): Promise<number[]> {
  const now = clock.now()
  const woken: number[] = []
  for (const { call, steps } of await openCalls(db, roundLimit)) {
    const result = callResult(steps, call.digits, now)
    const answered = steps.find((step) => step.event === 'answered')
    if (result) woken.push(...(await tell(db, call, result, now)))
    else if (call.deadline <= now) woken.push(...(await tell(db, call, silence(steps.length > 0), now)))
    else if (answered) await letItGoOn(db, call, answered.at)
  }
  for (const call of await abandonedCalls(db, now, roundLimit)) {
    const result: PlacedCallResult = {
      outcome: 'failed',
      reason: 'Placing it came to no end; whether it rang is not known.',
    }
    woken.push(...(await tell(db, call, result, now, true)))
  }
  return woken
}

function silence(heard: boolean): PlacedCallResult {
  return {
    outcome: 'failed',
    reason: heard ? 'Its end was never told.' : 'Nothing was heard of it after it was placed.',
  }
}

/** An answered call may take its time. */
async function letItGoOn(db: Database, call: PlacedCall, answeredAt: Date): Promise<void> {
  const begin = Math.max(answeredAt.getTime(), call.createdAt.getTime())
  const deadline = new Date(begin + (call.maxSeconds + graceSeconds) * 1000)
  if (call.deadline < deadline) await postponeDeadline(db, call.key, deadline)
}

async function tell(
  db: Database,
  call: PlacedCall,
  result: PlacedCallResult,
  now: Date,
  doubtful = false,
): Promise<number[]> {
  return db.transaction(async (tx) => {
    if (!(await noteResult(tx, call.key, { result, now, doubtful }))) return []
    const run = await callingRun(tx, call.runId)
    if (!run) return []
    const thread = await raiseSignal(tx, now, {
      projectId: run.projectId,
      thread: run.conversationId !== null ? { conversationId: run.conversationId } : { contactId: run.contactId! },
      key: `call_result:${call.key}`,
      signal: 'call_result',
      data: { run: call.runId, call: call.key, result },
    })
    return [thread]
  })
}
