import { AppError } from '../../platform/errors.ts'
import { type Batch, conclude, isThere, noteStep, openOf } from './batch.ts'
import { concludeRefused, isMissing, type Refused } from './conclude-refused.ts'
import { failedPush } from './failed-push.ts'
import type { NewLink } from './links.store.ts'
import { type Prepared, prepare } from './outgoing.ts'
import type { CrmPush } from './push.ts'
import { loadSubjects, readFirst } from './read-first.ts'
import { contactOf, newLink } from './resolve-doubts.ts'
import { writeRecords } from './write-records.ts'

/** Brings linked deals up to date and makes the others, each with its contact. */
export async function pushDeals(batch: Batch): Promise<void> {
  await readFirst(
    batch,
    'deal',
    openOf(batch, 'deal').map(({ subjectId }) => subjectId),
  )
  await updateDeals(batch)
  for (let ready = readyDeals(batch); ready.length > 0; ready = readyDeals(batch)) await makeDeals(batch, ready)
}

async function updateDeals(batch: Batch): Promise<void> {
  const rows = openOf(batch, 'deal').filter(({ subjectId }) => isThere(batch.dealLinks.get(subjectId)))
  const prepared = new Map(rows.map((push) => [push, prepare(batch, 'deal', push.subjectId, push)]))
  const pieces = [...prepared].filter(([, { isNothing }]) => !isNothing).map(([push, { write }]) => ({ push, write }))
  if (pieces.length === 0) return
  const results = await writeRecords(batch, 'deal', pieces)
  const shadows: { id: number; shadow: Prepared['shadow']; theirsUpdatedAt: Date }[] = []
  const refused: Refused[] = []
  for (const [index, { push }] of pieces.entries()) {
    const result = results[index]!
    const link = batch.dealLinks.get(push.subjectId)!
    if (!result.ok && isMissing(result.error)) refused.push({ push, link, error: result.error })
    else if (result.ok)
      shadows.push({ id: link.id, shadow: prepared.get(push)!.shadow, theirsUpdatedAt: result.updatedAt })
    else conclude(batch, [push], failedPush(batch, push, result.error, result.begun))
  }
  await noteStep(batch, { shadows })
  await concludeRefused(batch, 'deal', refused)
}

/** Deals that can be made now. Of several of one new contact the first takes it along, and the others come when it is there. */
function readyDeals(batch: Batch): CrmPush[] {
  const { dealsWithContacts } = batch.exchange.adapter.abilities()
  const taken = new Set<number>()
  return openOf(batch, 'deal').filter((push) => {
    if (isThere(batch.dealLinks.get(push.subjectId))) return false
    const contactId = contactOf(batch, push)!
    if (isThere(batch.contactLinks.get(contactId))) return true
    if (!dealsWithContacts) {
      const error = new AppError('internal', 'Its contact is not there.', { retryable: true })
      conclude(batch, [push], failedPush(batch, push, error, false))
      return false
    }
    if (taken.has(contactId)) return false
    taken.add(contactId)
    return true
  })
}

function mayBeOfContact(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'invalid' || error.code === 'not_found')
}

async function makeDeals(batch: Batch, ready: readonly CrmPush[]): Promise<void> {
  const prepared = ready.map((push) => {
    const contactId = contactOf(batch, push)!
    const link = batch.contactLinks.get(contactId)
    const deal = prepare(batch, 'deal', push.subjectId, push)
    const contact = isThere(link) ? undefined : prepare(batch, 'contact', contactId, push)
    const taken = contact ? { make: contact.write } : { id: link!.externalId }
    return { push, contactId, link, deal, contact, write: { ...deal.write, contact: taken } }
  })
  const results = await writeRecords(batch, 'deal', prepared)
  const links: NewLink[] = []
  const progress: { push: CrmPush; progress: { deal: string; contact?: string } }[] = []
  const refused: Refused[] = []
  for (const [index, { push, contactId, link, deal, contact }] of prepared.entries()) {
    const result = results[index]!
    if (!result.ok) {
      const { error, begun } = result
      // What speaks against a deal may be that its contact is not there any more.
      if (isThere(link) && mayBeOfContact(error)) refused.push({ push, link, error })
      else conclude(batch, [push], failedPush(batch, push, error, begun))
      continue
    }
    const theirsUpdatedAt = result.updatedAt
    if (contact && result.contactId)
      links.push({
        ...newLink(batch, 'contact', contactId, result.contactId),
        shadow: contact.shadow,
        theirsUpdatedAt,
      })
    links.push({ ...newLink(batch, 'deal', push.subjectId, result.id), shadow: deal.shadow, theirsUpdatedAt })
    progress.push({ push, progress: { deal: result.id, ...(result.contactId && { contact: result.contactId }) } })
  }
  await noteStep(batch, { links, progress })
  await concludeRefused(batch, 'contact', refused)
  for (const entity of ['contact', 'deal'] as const) {
    const ids = links.filter((link) => link.entity === entity).map(({ subjectId }) => subjectId!)
    if (ids.length > 0) await loadSubjects(batch, entity, ids)
  }
}
