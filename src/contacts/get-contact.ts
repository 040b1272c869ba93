import type { Queryable, Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { Contact } from './contact.ts'
import { findContact, lockContact } from './contacts.store.ts'

/** The project's contact of that number; throws `not_found`. */
export async function getContact(db: Queryable, projectId: number, id: number): Promise<Contact> {
  return (await findContact(db, projectId, id)) ?? refuse(id)
}

/** The same, its row locked until the transaction ends. */
export async function contactForUpdate(tx: Tx, projectId: number, id: number): Promise<Contact> {
  return (await lockContact(tx, projectId, id)) ?? refuse(id)
}

function refuse(id: number): never {
  throw new AppError('not_found', `There is no contact ${id} in this project.`)
}
