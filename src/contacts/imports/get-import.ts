import type { Queryable, Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { ContactImport } from './import.ts'
import { findImport, lockImport } from './imports.store.ts'

/** The project's import of that number; throws `not_found`. */
export async function getImport(db: Queryable, projectId: number, id: number): Promise<ContactImport> {
  return (await findImport(db, projectId, id)) ?? refuse(id)
}

/** The same, its row locked until the transaction ends. */
export async function importForUpdate(tx: Tx, projectId: number, id: number): Promise<ContactImport> {
  return (await lockImport(tx, projectId, id)) ?? refuse(id)
}

function refuse(id: number): never {
  throw new AppError('not_found', `There is no import ${id} in this project.`)
}
