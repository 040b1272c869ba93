import { z } from 'zod'
import { nameSchema } from '../create-spot.ts'
import type { operatorNotices, TaskStatus, tasks } from './tasks.table.ts'

/** Something to do by a moment. */
export type Task = typeof tasks.$inferSelect

/** Something that an operator is told. */
export type OperatorNotice = typeof operatorNotices.$inferSelect

export const taskStatuses = ['open', 'done', 'cancelled'] as const satisfies readonly TaskStatus[]

/** A year before is the most that anybody is reminded of. */
const longestReminder = 366 * 24 * 60

export const remindersSchema = z
  .array(z.int().min(0).max(longestReminder))
  .max(10)
  .transform((minutes) => [...new Set(minutes)].sort((a, b) => b - a))
  .describe('How many minutes before it is due the operator is reminded; `0`: when it is due. None when empty.')

/** What a task is asked for, and what may be changed of it. */
export const taskFieldsSchema = {
  name: nameSchema,
  description: z.string().max(20_000).nullable().optional(),
  responsibleId: z.int().nullable().optional().describe('The operator who is to do it.'),
  responsibleEmail: z.string().max(320).optional().describe('The same by e-mail; one of the two.'),
  contactId: z.int().nullable().optional(),
  dealId: z.int().nullable().optional().describe('With a deal comes its contact.'),
  dueAt: z
    .string()
    .max(60)
    .nullable()
    .optional()
    .describe(
      'ISO 8601, or `dd.mm.yyyy`, also with `HH:MM`. Without an offset it is read in the time zone of the project; a day ' +
        'without a time means its last minute.',
    ),
  dueTime: z.string().max(10).nullable().optional().describe('`HH:MM` of that day, in the time zone of the project.'),
  reminders: remindersSchema.optional(),
}

/** A task as the API and webhooks show it. */
export interface TaskView {
  id: number
  name: string
  description: string | null
  responsibleId: number | null
  contactId: number | null
  dealId: number | null
  dueAt: string | null
  status: TaskStatus
  /** It is open and was to be done by now. */
  overdue: boolean
  reminders: number[]
  /** When it was done or cancelled. */
  closedAt: string | null
  createdAt: string
  updatedAt: string
}

/** The task as shown outside. */
export function taskView(task: Task, now: Date): TaskView {
  return {
    id: task.id,
    name: task.name,
    description: task.description,
    responsibleId: task.responsibleId,
    contactId: task.contactId,
    dealId: task.dealId,
    dueAt: task.dueAt?.toISOString() ?? null,
    status: task.status,
    overdue: task.status === 'open' && task.dueAt !== null && task.dueAt <= now,
    reminders: task.reminders,
    closedAt: task.closedAt?.toISOString() ?? null,
    createdAt: task.createdAt.toISOString(),
    updatedAt: task.updatedAt.toISOString(),
  }
}

/** What a change tells of the task that it is about. */
export function taskFacts(task: Task): Record<string, unknown> {
  const { id, name, status, responsibleId } = task
  return { taskId: id, name, status, responsibleId, dueAt: task.dueAt?.toISOString() ?? null }
}

/** The subject of a change about a task. */
export function taskSubject({ contactId, dealId }: Task): { contactId: number | null; dealId: number | null } {
  return { contactId, dealId }
}
