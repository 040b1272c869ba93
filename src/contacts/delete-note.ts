import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { noteForUpdate } from './get-note.ts'
import { deleteNoteRow } from './notes.store.ts'

/** Takes a note away for good. Throws `not_found`. */
export async function deleteNote(tx: Tx, context: WorkContext, input: { noteId: number }): Promise<void> {
  const { id, contactId, conversationId, dealId } = await noteForUpdate(tx, context.projectId, input.noteId)
  await deleteNoteRow(tx, id)
  await recordWork(tx, context, 'note.deleted', { contactId, conversationId, dealId }, { noteId: id })
}
