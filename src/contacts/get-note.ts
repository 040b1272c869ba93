import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { Note } from './contacts.store.ts'
import { lockNote } from './notes.store.ts'

/** The project's note of that number, its row locked until the transaction ends; throws `not_found`. */
export async function noteForUpdate(tx: Tx, projectId: number, id: number): Promise<Note> {
  const note = await lockNote(tx, projectId, id)
  if (!note) throw new AppError('not_found', `There is no note ${id} in this project.`)
  return note
}
