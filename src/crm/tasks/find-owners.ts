import { getContact } from '../../contacts/get-contact.ts'
import type { Queryable } from '../../platform/database/database.ts'
import type { Fault } from '../../platform/errors.ts'
import { invalidInput } from '../../platform/faults.ts'
import { findOperatorByEmail, selectOperator } from '../../team/team.store.ts'
import { getDeal } from '../get-deal.ts'

/** Whose a task is, as it was asked for. */
export interface WantedOwners {
  responsibleId?: number | null
  responsibleEmail?: string
  contactId?: number | null
  dealId?: number | null
}

/** Whose a task is; what was not asked for is undefined. */
export interface Owners {
  responsibleId: number | null | undefined
  contactId: number | null | undefined
  dealId: number | null | undefined
}

/**
 * Finds the operator, the contact and the deal of a task; with a deal alone comes its contact. Throws `invalid` when there
 * is no such operator or the deal is another contact's, `not_found`.
 */
export async function findOwners(db: Queryable, projectId: number, wanted: WantedOwners): Promise<Owners> {
  const responsibleId = await findResponsible(db, projectId, wanted)
  const { dealId } = wanted
  const contactId = wanted.contactId ? (await getContact(db, projectId, wanted.contactId)).id : wanted.contactId
  if (!dealId) return { responsibleId, contactId, dealId }
  const { deal } = await getDeal(db, projectId, dealId)
  if (contactId && contactId !== deal.contactId) {
    const message = `the deal ${dealId} is of contact ${deal.contactId}; expected a deal of contact ${contactId}`
    throw invalidInput('task', [{ path: 'dealId', message }])
  }
  return { responsibleId, contactId: deal.contactId, dealId }
}

async function findResponsible(
  db: Queryable,
  projectId: number,
  { responsibleId, responsibleEmail }: WantedOwners,
): Promise<number | null | undefined> {
  if (responsibleId !== undefined && responsibleEmail !== undefined) {
    return refuse('responsibleEmail', 'stands beside responsibleId; expected one of the two')
  }
  if (responsibleEmail !== undefined) {
    const operator = await findOperatorByEmail(db, projectId, responsibleEmail)
    return operator?.id ?? refuse('responsibleEmail', `there is no operator "${responsibleEmail}" in this project`)
  }
  if (!responsibleId) return responsibleId
  const operator = await selectOperator(db, projectId, responsibleId)
  return operator?.id ?? refuse('responsibleId', `there is no operator ${responsibleId} in this project`)
}

function refuse(path: Fault['path'], message: string): never {
  throw invalidInput('task', [{ path, message }])
}
