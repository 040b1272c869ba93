import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { contactForUpdate, getContact } from '../get-contact.ts'
import { drawPersonId, findLinks, insertLink, joinPersons, linkedContactIds } from './links.store.ts'

/**
 * Links two cards as one person, without merging them; the cards that each is linked with belong to the person too. Cards
 * that are linked already stay as they are. Answers the numbers of the other cards of the first one. Throws `not_found`,
 * `conflict` for a card and itself.
 */
export async function linkContacts(
  tx: Tx,
  context: WorkContext,
  input: { contactId: number; otherId: number },
): Promise<number[]> {
  const { projectId, now, by } = context
  const given = [await getContact(tx, projectId, input.contactId), await getContact(tx, projectId, input.otherId)]
  const [contactId, otherId] = given.map((contact) => contact.id) as [number, number]
  if (contactId === otherId) throw new AppError('conflict', `Contact ${contactId} cannot be linked with itself.`)
  // In one order, so that two who link the same cards do not wait for each other.
  for (const id of [contactId, otherId].toSorted((one, other) => one - other)) await contactForUpdate(tx, projectId, id)
  const links = await findLinks(tx, [contactId, otherId])
  const person = links.find((link) => link.contactId === contactId)?.personId
  const others = links.find((link) => link.contactId === otherId)?.personId
  if (person !== undefined && person === others) return linkedContactIds(tx, projectId, contactId)
  const personId = person ?? others ?? (await drawPersonId(tx))
  if (person === undefined) await insertLink(tx, { contactId, projectId, personId, by, at: now })
  if (others === undefined) await insertLink(tx, { contactId: otherId, projectId, personId, by, at: now })
  if (person !== undefined && others !== undefined) await joinPersons(tx, others, person)
  const linked = await linkedContactIds(tx, projectId, contactId)
  await recordWork(tx, context, 'contact.linked', { contactId }, { with: otherId, linked })
  return linked
}
