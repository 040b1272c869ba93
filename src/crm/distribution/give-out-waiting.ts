import {
  deleteWaiting,
  isWaiting,
  readWaiting,
  readWaitingRules,
  type Waiting,
  type WaitingSubject,
} from '../../conversations/assignments.store.ts'
import { lockConversation } from '../../conversations/conversations.store.ts'
import { getConversation } from '../../conversations/get-conversation.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database, Tx } from '../../platform/database/database.ts'
import { isPassing } from '../../platform/database/failures.ts'
import type { Log } from '../../platform/log.ts'
import { availableOperators } from '../../team/available-operators.ts'
import type { WorkContext } from '../../team/context.ts'
import { findDeal, lockDeal } from '../deals.store.ts'
import { distribute } from './distribute.ts'

/** So many of each rule are given out in one round, the others in the next ones. */
const roundSize = 50

/**
 * Gives out what waits for an operator where somebody has come on shift, or into their working hours: the longest waiting
 * first. Several processes may do it at once. Gives how many were given out.
 */
export async function giveOutWaiting(db: Database, clock: Clock, log: Log): Promise<number> {
  let given = 0
  for (const { projectId, ruleId } of await readWaitingRules(db)) {
    const context: WorkContext = { projectId, now: clock.now(), by: { kind: 'system' } }
    if ((await availableOperators(db, projectId, context.now)).length === 0) continue
    for (const waiting of await readWaiting(db, ruleId, roundSize)) {
      const outcome = await giveOutSafely(db, context, log, waiting)
      if (outcome === 'nobody') break
      if (outcome === 'given') given++
    }
  }
  return given
}

/** What keeps one thing from being given out keeps no other from being so; it is tried again in the next round. */
async function giveOutSafely(db: Database, context: WorkContext, log: Log, waiting: Waiting): Promise<Outcome> {
  try {
    return await db.transaction((tx) => giveOut(tx, context, waiting))
  } catch (error) {
    if (isPassing(error)) throw error
    const { id, conversationId, dealId } = waiting
    log.error(
      { error, waiting: id, conversation: conversationId, deal: dealId },
      'What waits for an operator could not be given out.',
    )
    return 'settled'
  }
}

type Outcome = 'given' | 'nobody' | 'settled'

async function giveOut(tx: Tx, context: WorkContext, waiting: Waiting): Promise<Outcome> {
  const { conversationId, dealId, ruleId } = waiting
  // The lock first, and then the look whether it still waits: another process may just have given it out.
  if (conversationId !== null) await lockConversation(tx, context.projectId, conversationId)
  else await lockDeal(tx, context.projectId, dealId!)
  if (!(await isWaiting(tx, waiting.id))) return 'settled'
  if (await isTaken(tx, context.projectId, waiting)) {
    await deleteWaiting(tx, subjectOf(waiting))
    return 'settled'
  }
  const client = { contactId: null, conversationId, dealId }
  return (await distribute(tx, context, client, { id: ruleId })) ? 'given' : 'nobody'
}

/** Whether somebody has it by now, or it is gone. */
async function isTaken(tx: Tx, projectId: number, { conversationId, dealId }: Waiting): Promise<boolean> {
  if (conversationId !== null) return (await getConversation(tx, projectId, conversationId)).assigneeId !== null
  const found = await findDeal(tx, projectId, dealId!)
  return found?.deal.responsibleId !== null
}

function subjectOf({ conversationId, dealId }: Waiting): WaitingSubject {
  return conversationId === null ? { dealId: dealId! } : { conversationId }
}
