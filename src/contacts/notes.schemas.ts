import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import { idParams } from '../platform/http/schemas.ts'
import { noteSchema } from './contacts.schemas.ts'

export const patchNote = operation({
  id: 'updateNote',
  tag: 'contacts',
  method: 'patch',
  path: '/notes/{id}',
  summary: 'Writes a note anew; its author stays',
  access: 'write',
  params: idParams,
  body: z.strictObject({ text: z.string() }),
  answer: noteSchema,
})

export const removeNote = operation({
  id: 'deleteNote',
  tag: 'contacts',
  method: 'delete',
  path: '/notes/{id}',
  summary: 'Takes a note away for good',
  access: 'write',
  params: idParams,
})
