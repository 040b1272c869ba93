import type { Database } from '../platform/database/database.ts'
import { type Route, route } from '../team/route.ts'
import { deleteNote } from './delete-note.ts'
import * as calls from './notes.schemas.ts'
import { updateNote } from './update-note.ts'

/** The calls that change notes. */
export function notesRoutes({ db }: { db: Database }): Route[] {
  return [
    route(calls.patchNote, ({ context, params, body }) =>
      db.transaction((tx) => updateNote(tx, context, { noteId: params.id, ...body })),
    ),
    route(calls.removeNote, ({ context, params }) =>
      db.transaction((tx) => deleteNote(tx, context, { noteId: params.id })),
    ),
  ]
}
