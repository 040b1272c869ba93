import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { contacts } from '../../contacts/contacts.table.ts'
import { id, moment, ref } from '../../platform/columns.ts'
import { operators, projects } from '../../team/team.table.ts'
import { deals } from '../crm.table.ts'

export type TaskStatus = 'open' | 'done' | 'cancelled'
/** What an operator is told of: a task, an integration, a webhook that was switched off, or a postback that starts its flow no more. */
export type NoticeKind = 'task.reminder' | 'integration' | 'webhook' | 'postback'

/** Something to do by a moment. */
export const tasks = pgTable(
  'tasks',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    description: text(),
    /** Who is to do it. */
    responsibleId: ref().references(() => operators.id, { onDelete: 'set null' }),
    contactId: ref().references(() => contacts.id, { onDelete: 'cascade' }),
    dealId: ref().references(() => deals.id, { onDelete: 'set null' }),
    dueAt: moment(),
    status: text().$type<TaskStatus>().notNull(),
    /** When it was found open behind its due moment, which is recorded once; empty again when that moment is put off. */
    overdueAt: moment(),
    /** How many minutes before it is due the operator is reminded. */
    reminders: jsonb().$type<number[]>().notNull(),
    /** When it was done or cancelled. */
    closedAt: moment(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [
    index('tasks_by_project').on(table.projectId, table.id),
    index('tasks_by_due').on(table.projectId, table.dueAt, table.id),
    index('tasks_by_responsible').on(table.responsibleId, table.dueAt),
    index('tasks_by_contact').on(table.contactId, table.id),
    index('tasks_by_deal').on(table.dealId, table.id),
    index('tasks_to_become_overdue').on(table.dueAt).where(sql`status = 'open' and overdue_at is null`),
  ],
)

/** A reminder that is still to come; its row goes in the transaction that reminds. */
export const taskReminders = pgTable(
  'task_reminders',
  {
    id: id(),
    taskId: ref()
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    minutesBefore: integer().notNull(),
    at: moment().notNull(),
  },
  (table) => [index('task_reminders_by_moment').on(table.at), index('task_reminders_by_task').on(table.taskId)],
)

/** Something that an operator is told; it stays until it is read, and afterwards as history. */
export const operatorNotices = pgTable(
  'operator_notices',
  {
    id: id(),
    projectId: ref().notNull(),
    operatorId: ref()
      .notNull()
      .references(() => operators.id, { onDelete: 'cascade' }),
    kind: text().$type<NoticeKind>().notNull(),
    text: text().notNull(),
    taskId: ref().references(() => tasks.id, { onDelete: 'set null' }),
    contactId: ref().references(() => contacts.id, { onDelete: 'set null' }),
    dealId: ref().references(() => deals.id, { onDelete: 'set null' }),
    /** The message that brought it to the operator's own messenger, if one did. */
    messageId: ref(),
    createdAt: moment().notNull(),
    readAt: moment(),
  },
  (table) => [
    index('operator_notices_by_operator').on(table.operatorId, table.id),
    index('operator_notices_unread').on(table.operatorId).where(sql`read_at is null`),
    index('operator_notices_by_task').on(table.taskId),
    index('operator_notices_by_contact').on(table.contactId),
    index('operator_notices_by_deal').on(table.dealId),
  ],
)
