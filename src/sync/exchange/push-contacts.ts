import { identitiesOf } from '../../contacts/contacts.store.ts'
import { type Batch, conclude, isThere, noteStep, openOf } from './batch.ts'
import { concludeRefused, isMissing, type Refused } from './conclude-refused.ts'
import { failedPush, notTried } from './failed-push.ts'
import { linksOfRecords } from './links.store.ts'
import { type Prepared, prepare } from './outgoing.ts'
import type { CrmPush } from './push.ts'
import { insertChanged } from './pushes.store.ts'
import { loadSubjects, readFirst } from './read-first.ts'
import { contactOf, newLink } from './resolve-doubts.ts'
import { type Piece, writeRecords } from './write-records.ts'

/**
 * Sees to the contacts of a batch: those that nobody knows there are looked for by phone and e-mail, linked ones are brought up to date,
 * and what is not there is made, except where its deal takes it along.
 */
export async function pushContacts(batch: Batch): Promise<void> {
  await findThere(batch)
  const rows = openOf(batch, 'contact')
  await readFirst(
    batch,
    'contact',
    rows.map(({ subjectId }) => subjectId),
  )
  await updateContacts(batch)
  await makeContacts(batch)
}

/** Contacts that have to be there and are not linked, each with the pushes that want it: its own first. */
function wantedContacts(batch: Batch): Map<number, CrmPush[]> {
  const wanted = new Map<number, CrmPush[]>()
  const pushes = [
    ...openOf(batch, 'contact'),
    ...openOf(batch, 'deal').filter(({ subjectId }) => !isThere(batch.dealLinks.get(subjectId))),
  ]
  for (const push of pushes) {
    const contactId = contactOf(batch, push)
    if (contactId === undefined || isThere(batch.contactLinks.get(contactId))) continue
    wanted.set(contactId, [...(wanted.get(contactId) ?? []), push])
  }
  return wanted
}

async function findThere(batch: Batch): Promise<void> {
  const { adapter, db, integration, signal, clock } = batch.exchange
  if (!adapter.findContact) return
  const contactIds = [...wantedContacts(batch).keys()]
  const identities = await identitiesOf(db, contactIds)
  for (const contactId of contactIds) {
    const valuesOf = (kind: string) =>
      (identities.get(contactId) ?? []).filter((one) => one.kind === kind).map(({ value }) => value)
    const by = { phones: valuesOf('phone'), emails: valuesOf('email') }
    if (by.phones.length + by.emails.length === 0) continue
    const externalId = await adapter.findContact(by, signal)
    if (externalId === undefined) continue
    const other = (await linksOfRecords(db, integration.id, 'contact', [externalId])).get(externalId)
    // It stands for somebody else of ours already.
    if (isThere(other) && other.subjectId !== null && other.subjectId !== contactId) continue
    await noteStep(batch, { links: [newLink(batch, 'contact', contactId, externalId)] })
    await loadSubjects(batch, 'contact', [contactId])
    // What is known of it on both sides is brought together by a push of its own.
    if (!openOf(batch, 'contact').some(({ subjectId }) => subjectId === contactId)) {
      const subject = { integrationId: integration.id, entity: 'contact' as const, subjectId: contactId }
      await db.transaction((tx) => insertChanged(tx, [subject], clock.now()))
    }
  }
}

async function updateContacts(batch: Batch): Promise<void> {
  const rows = openOf(batch, 'contact').filter(({ subjectId }) => isThere(batch.contactLinks.get(subjectId)))
  const prepared = new Map(rows.map((push) => [push, prepare(batch, 'contact', push.subjectId, push)]))
  const pieces = [...prepared].filter(([, { isNothing }]) => !isNothing).map(pieceOf)
  if (pieces.length === 0) return
  const results = await writeRecords(batch, 'contact', pieces)
  const shadows: { id: number; shadow: Prepared['shadow']; theirsUpdatedAt: Date }[] = []
  const refused: Refused[] = []
  for (const [index, { push }] of pieces.entries()) {
    const result = results[index]!
    const link = batch.contactLinks.get(push.subjectId)!
    if (!result.ok && isMissing(result.error)) refused.push({ push, link, error: result.error })
    else if (result.ok)
      shadows.push({ id: link.id, shadow: prepared.get(push)!.shadow, theirsUpdatedAt: result.updatedAt })
    else conclude(batch, [push], failedPush(batch, push, result.error, result.begun))
  }
  await noteStep(batch, { shadows })
  await concludeRefused(batch, 'contact', refused)
}

async function makeContacts(batch: Batch): Promise<void> {
  const { dealsWithContacts } = batch.exchange.adapter.abilities()
  const wanted = [...wantedContacts(batch)].filter(([, [first]]) => first!.entity === 'contact' || !dealsWithContacts)
  if (wanted.length === 0) return
  const prepared = wanted.map(([contactId, pushes]) => prepare(batch, 'contact', contactId, pushes[0]!))
  const pieces = wanted.map(([, pushes], index): Piece => ({ push: pushes[0]!, write: prepared[index]!.write }))
  const results = await writeRecords(batch, 'contact', pieces)
  const made = wanted.flatMap(([contactId, pushes], index) => {
    const result = results[index]!
    if (!result.ok) {
      const [first, ...others] = pushes as [CrmPush, ...CrmPush[]]
      conclude(batch, [first], failedPush(batch, first, result.error, result.begun))
      for (const push of others) conclude(batch, [push], failedPush(batch, push, notTried, false))
      return []
    }
    const link = newLink(batch, 'contact', contactId, result.id)
    return [{ ...link, shadow: prepared[index]!.shadow, theirsUpdatedAt: result.updatedAt, push: pushes[0]! }]
  })
  await noteStep(batch, {
    links: made.map(({ push: _, ...link }) => link),
    progress: made.map(({ push, externalId }) => ({ push, progress: { contact: externalId } })),
  })
  await loadSubjects(
    batch,
    'contact',
    made.map(({ subjectId }) => subjectId!),
  )
}

function pieceOf([push, { write }]: [CrmPush, Prepared]): Piece {
  return { push, write }
}
