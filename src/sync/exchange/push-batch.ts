import { AppError } from '../../platform/errors.ts'
import { type Batch, conclude, isThere, LostLease, newBatch, openOf } from './batch.ts'
import type { Exchange } from './exchange.ts'
import { failedPush, isOfAccount } from './failed-push.ts'
import { type CrmPush, settled } from './push.ts'
import { pushContacts } from './push-contacts.ts'
import { pushDeals } from './push-deals.ts'
import { pushHanging } from './push-hanging.ts'
import { takePushes, updatePushes } from './pushes.store.ts'
import { pushedTopic } from './queue-push.ts'
import { loadSubjects } from './read-first.ts'
import { contactOf, resolveDoubts } from './resolve-doubts.ts'
import type { PushResult } from './wanted.ts'

/** What a batch came to. */
export interface PushedBatch {
  /** How many pushes were taken up. */
  taken: number
  /** How many of them are done. */
  done: number
  /** What speaks against asking the vendor further for now. */
  trouble: unknown
}

/**
 * Takes up what is due and tells the other CRM: what is taken up is noted before anything is asked of the vendor, and what was done right
 * after each request, so that nothing is made twice whenever this process dies. What failed often goes by itself, one at a time.
 */
export async function pushBatch(exchange: Exchange): Promise<PushedBatch> {
  const limit = exchange.adapter.abilities().batch
  const together = await pushSome(exchange, { limit, alone: false })
  // It waits for a backlog, too: that has not failed yet.
  if (together.trouble !== undefined || together.taken >= limit) return together
  const alone = await pushSome(exchange, { limit: 1, alone: true })
  return { taken: together.taken + alone.taken, done: together.done + alone.done, trouble: alone.trouble }
}

async function pushSome(exchange: Exchange, which: { limit: number; alone: boolean }): Promise<PushedBatch> {
  const { db, clock, integration, holder } = exchange
  const taking = { integrationId: integration.id, holder, ...which }
  const pushes = await db.transaction((tx) => takePushes(tx, taking, clock.now()))
  if (pushes.length === 0) return { taken: 0, done: 0, trouble: undefined }
  const batch = newBatch(exchange, pushes)
  try {
    await load(batch)
    leaveIdle(batch)
    await resolveDoubts(batch)
    await pushContacts(batch)
    await pushDeals(batch)
    await pushHanging(batch)
  } catch (error) {
    if (error instanceof LostLease) throw error
    batch.trouble = error
    const begun = batch.wrote && !isOfAccount(error)
    // Of several nobody knows for which of them it could not be done: each shows that when it is tried alone.
    const cause = pushes.length > 1 ? mayPass(error) : error
    for (const push of openOf(batch)) conclude(batch, [push], failedPush(batch, push, cause, begun))
  }
  const done = await settle(batch)
  return { taken: pushes.length, done, trouble: batch.trouble }
}

function mayPass(error: unknown): unknown {
  if (!(error instanceof AppError) || error.retryable) return error
  return new AppError(error.code, error.message, { retryable: true, cause: error })
}

async function load(batch: Batch): Promise<void> {
  const pushes = [...batch.pushes.values()]
  const deals = pushes.filter(({ entity }) => entity === 'deal').map(({ subjectId }) => subjectId)
  if (deals.length > 0) await loadSubjects(batch, 'deal', deals)
  const contacts = pushes.flatMap((push) => contactOf(batch, push) ?? [])
  if (contacts.length > 0) await loadSubjects(batch, 'contact', contacts)
}

/**
 * Nothing is to be done for what is not ours any more, and for changes of what is not there: unless all deals go there, only what flows
 * send begins there. What was deleted there is made again only when a flow wants it.
 */
function leaveIdle(batch: Batch): void {
  const { sends } = batch.exchange.integration
  for (const push of openOf(batch)) {
    const { entity, subjectId, key } = push
    if (entity !== 'contact' && entity !== 'deal') continue
    const [subjects, links] =
      entity === 'contact' ? [batch.contacts, batch.contactLinks] : [batch.deals, batch.dealLinks]
    const link = links.get(subjectId)
    const begins = key !== null || (entity === 'deal' && sends === 'every_deal' && !link)
    if (!subjects.has(subjectId) || !(isThere(link) || begins)) conclude(batch, [push], { status: 'done' })
  }
}

/** Notes what became of all; gives how many are done. */
async function settle(batch: Batch): Promise<number> {
  const { db, clock, holder, tell } = batch.exchange
  const now = clock.now()
  const pushes = [...batch.pushes.values()].map((push) => {
    const outcome = batch.outcomes.get(push.id) ?? { status: 'done' as const, result: resultOf(batch, push) }
    return settled(push, outcome, now)
  })
  await db.transaction((tx) => updatePushes(tx, holder, pushes))
  for (const push of pushes) if (push.finishedAt && push.key !== null) tell(pushedTopic(push.id))
  return pushes.filter(({ status }) => status === 'done').length
}

function resultOf(batch: Batch, push: CrmPush): PushResult {
  const contactId = contactOf(batch, push)
  const contact = contactId === undefined ? undefined : batch.contactLinks.get(contactId)
  const deal = push.entity === 'deal' ? batch.dealLinks.get(push.subjectId) : undefined
  return {
    ...(isThere(contact) && { contactId: contact.externalId }),
    ...(isThere(deal) && { dealId: deal.externalId }),
  }
}
