import { jsonRowReader } from '../platform/database/json-row.ts'
import { contacts } from './contacts.table.ts'

/** Reads a contact that came as JSON with the rest of a batch. */
export const readContactRow = jsonRowReader(contacts)
