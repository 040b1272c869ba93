import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { readNoteText } from './add-note.ts'
import type { Note } from './contacts.store.ts'
import { noteForUpdate } from './get-note.ts'
import { updateNoteRow } from './notes.store.ts'

/** Writes a note anew; its author and the moment it was made stay. Throws `invalid`, `not_found`. */
export async function updateNote(tx: Tx, context: WorkContext, input: { noteId: number; text: string }): Promise<Note> {
  const text = readNoteText(input.text)
  const before = await noteForUpdate(tx, context.projectId, input.noteId)
  if (before.text === text) return before
  const note = await updateNoteRow(tx, before.id, { text, updatedAt: context.now })
  const { contactId, conversationId, dealId } = note
  await recordWork(tx, context, 'note.updated', { contactId, conversationId, dealId }, { noteId: note.id, text })
  return note
}
