import { addIdentity } from '../../contacts/add-identity.ts'
import { addLabels } from '../../contacts/add-labels.ts'
import type { Contact } from '../../contacts/contact.ts'
import { contactForUpdate } from '../../contacts/get-contact.ts'
import type { Identity } from '../../contacts/identity.ts'
import { removeIdentity } from '../../contacts/remove-identity.ts'
import { removeLabels } from '../../contacts/remove-labels.ts'
import { updateContact } from '../../contacts/update-contact.ts'
import { assignDeal } from '../../crm/assign-deal.ts'
import { dealForUpdate } from '../../crm/get-deal.ts'
import { moveDeal } from '../../crm/move-deal.ts'
import { updateDeal } from '../../crm/update-deal.ts'
import type { Tx } from '../../platform/database/database.ts'
import { AppError, type Fault } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import type { CrmValue } from '../crm.ts'
import { readOurSide } from './our-side.store.ts'
import type { MappedEntity, MappedIntegration } from './our-side.ts'
import { readSubjects, type Subject } from './our-values.ts'
import { type ChangesOfOurs, changesOf } from './their-values.ts'

/** What became of values from there. */
export interface Applied {
  /** The keys of the fields there whose values changed something here, `tags` among them. */
  applied: string[]
  /** By key: what could not be kept here; everything else was. */
  faults: Fault[]
}

/**
 * Changes a contact or deal of ours as values from there say, by key; what says the same in other words changes nothing. Labels are given and taken
 * away with a contact. Values that cannot be kept are told, not thrown. Throws `not_found` when there is no such contact or deal.
 */
export async function applyTheirValues(
  tx: Tx,
  context: WorkContext,
  integration: MappedIntegration,
  entity: MappedEntity,
  subjectId: number,
  changed: Record<string, CrmValue>,
  tags: { add: string[]; remove: string[] } = { add: [], remove: [] },
): Promise<Applied> {
  const subject = await lockSubject(tx, integration.projectId, entity, subjectId)
  const side = await readOurSide(tx, integration.projectId)
  const { changes, applied, faults } = changesOf(integration, side, subject, changed)
  const result: Applied = { applied, faults }
  if (subject.entity === 'deal') {
    await changeDeal(tx, context, subject.deal.id, changes)
    return result
  }
  await changeContact(tx, context, subject.contact.id, changes)
  for (const list of changes.lists) await changeIdentities(tx, context, subject, list, result)
  await changeLabels(tx, context, subject.contact, tags, result)
  return result
}

async function lockSubject(tx: Tx, projectId: number, entity: MappedEntity, id: number): Promise<Subject> {
  if (entity === 'contact') await contactForUpdate(tx, projectId, id)
  else await dealForUpdate(tx, projectId, id)
  const subject = (await readSubjects(tx, projectId, entity, [id])).get(id)
  if (!subject) throw new AppError('not_found', `There is no ${entity} ${id}.`)
  return subject
}

async function changeContact(
  tx: Tx,
  context: WorkContext,
  contactId: number,
  { contact: fields, attributes, responsibleId }: ChangesOfOurs,
): Promise<void> {
  if (Object.keys({ ...fields, ...attributes }).length === 0 && responsibleId === undefined) return
  await updateContact(tx, context, {
    contactId,
    fields,
    attributes,
    ...(responsibleId === undefined ? {} : { responsibleId }),
  })
}

/** The stage comes last: a flow that it starts finds all else done. */
async function changeDeal(
  tx: Tx,
  context: WorkContext,
  dealId: number,
  { deal, variables, responsibleId, stageId }: ChangesOfOurs,
): Promise<void> {
  if (Object.keys({ ...deal, ...variables }).length > 0) {
    await updateDeal(tx, context, { dealId, ...deal, variables: variables as Record<string, CrmValue> })
  }
  if (responsibleId !== undefined) await assignDeal(tx, context, { dealId, operatorId: responsibleId })
  if (stageId !== undefined) await moveDeal(tx, context, { dealId, stageId })
}

/** Gives and takes phones or e-mails, until the contact has those of the list. */
async function changeIdentities(
  tx: Tx,
  context: WorkContext,
  { contact, identities }: Subject & { entity: 'contact' },
  { key, kind, values }: ChangesOfOurs['lists'][number],
  { faults }: Applied,
): Promise<void> {
  const own = identities.filter((identity) => identity.kind === kind).map(({ value }) => value)
  const had = new Set([...own, ...(contact[kind] === null ? [] : [contact[kind]])])
  for (const value of values.filter((one) => !had.has(one))) {
    const refused = await giveIdentity(tx, context, contact.id, { kind, value })
    if (refused) faults.push({ path: key, message: refused })
  }
  for (const value of had) {
    if (!values.includes(value)) await removeIdentity(tx, context, { contactId: contact.id, kind, value })
  }
}

/** Tells why not when it belongs to another contact, or cannot tell who somebody is. */
async function giveIdentity(
  tx: Tx,
  context: WorkContext,
  contactId: number,
  identity: Identity,
): Promise<string | undefined> {
  try {
    await addIdentity(tx, context, { contactId, ...identity })
    return undefined
  } catch (error) {
    if (error instanceof AppError && (error.code === 'conflict' || error.code === 'invalid')) return error.message
    throw error
  }
}

async function changeLabels(
  tx: Tx,
  context: WorkContext,
  contact: Contact,
  tags: { add: string[]; remove: string[] },
  { applied, faults }: Applied,
): Promise<void> {
  const labels = tags.add.filter((tag) => tag.trim() !== '' && tag.trim().length <= 100)
  for (const tag of tags.add.filter((one) => one.trim().length > 100)) {
    faults.push({ path: 'tags', message: `"${tag.slice(0, 60)}…" has more than 100 characters, and cannot be a label` })
  }
  const removed = tags.remove.filter((tag) => contact.labels.includes(tag))
  if (labels.length > 0) await addLabels(tx, context, { contactId: contact.id, labels })
  if (removed.length > 0) await removeLabels(tx, context, { contactId: contact.id, labels: removed })
  if (removed.length > 0 || labels.some((label) => !contact.labels.includes(label.trim()))) applied.push('tags')
}
