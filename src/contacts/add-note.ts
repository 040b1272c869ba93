import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { insertNote, type Note } from './contacts.store.ts'
import { getContact } from './get-contact.ts'

export interface NewNote {
  contactId: number
  conversationId?: number | null
  dealId?: number | null
  text: string
}

/** Writes something down about a contact, in a conversation or about a deal. Throws `invalid`, `not_found`. */
export async function addNote(tx: Tx, context: WorkContext, input: NewNote): Promise<Note> {
  const text = readNoteText(input.text)
  const { id: contactId } = await getContact(tx, context.projectId, input.contactId)
  const conversationId = input.conversationId ?? null
  const dealId = input.dealId ?? null
  const note = await insertNote(tx, {
    projectId: context.projectId,
    contactId,
    conversationId,
    dealId,
    operatorId: context.by.kind === 'operator' ? context.by.id : null,
    text,
    createdAt: context.now,
  })
  await recordWork(tx, context, 'note.added', { contactId, conversationId, dealId }, { noteId: note.id, text })
  return note
}

/** The text of a note as it is kept. Throws `invalid`. */
export function readNoteText(given: string): string {
  const text = given.trim()
  if (text !== '' && text.length <= 20_000) return text
  const message = `is ${text === '' ? 'empty' : 'too long'}; expected 1 to 20,000 characters`
  throw new AppError('invalid', `The text of the note ${message}.`, { faults: [{ path: 'text', message }] })
}
