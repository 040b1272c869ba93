import { and, eq, inArray } from 'drizzle-orm'
import { notes } from '../../contacts/contacts.table.ts'
import { tasks } from '../../crm/tasks/tasks.table.ts'
import type { Queryable } from '../../platform/database/database.ts'

/** A note of ours, as far as another CRM is told of it. */
export type HangingNote = Pick<
  typeof notes.$inferSelect,
  'id' | 'contactId' | 'dealId' | 'text' | 'createdAt' | 'updatedAt'
>

/** A task of ours. */
export type HangingTask = typeof tasks.$inferSelect

export async function readNotes(db: Queryable, projectId: number, ids: readonly number[]): Promise<HangingNote[]> {
  if (ids.length === 0) return []
  const { id, contactId, dealId, text, createdAt, updatedAt } = notes
  return db.orm
    .select({ id, contactId, dealId, text, createdAt, updatedAt })
    .from(notes)
    .where(and(inArray(notes.id, [...ids]), eq(notes.projectId, projectId)))
}

export async function readTasks(db: Queryable, projectId: number, ids: readonly number[]): Promise<HangingTask[]> {
  if (ids.length === 0) return []
  return db.orm
    .select()
    .from(tasks)
    .where(and(inArray(tasks.id, [...ids]), eq(tasks.projectId, projectId)))
}
