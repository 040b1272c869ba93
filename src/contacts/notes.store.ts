import { and, eq } from 'drizzle-orm'
import type { Tx } from '../platform/database/database.ts'
import type { Note } from './contacts.store.ts'
import { notes } from './contacts.table.ts'

/** A note of the project, its row locked until the transaction ends. */
export async function lockNote(tx: Tx, projectId: number, id: number): Promise<Note | undefined> {
  const [note] = await tx.orm
    .select()
    .from(notes)
    .where(and(eq(notes.id, id), eq(notes.projectId, projectId)))
    .for('update')
  return note
}

export async function updateNoteRow(tx: Tx, id: number, fields: Pick<Note, 'text' | 'updatedAt'>): Promise<Note> {
  const [note] = await tx.orm.update(notes).set(fields).where(eq(notes.id, id)).returning()
  return note!
}

export async function deleteNoteRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(notes).where(eq(notes.id, id))
}
