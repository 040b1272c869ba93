import { index, pgTable, unique } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../platform/columns.ts'
import { operators, projects } from '../team/team.table.ts'
import { conversations } from './conversations.table.ts'

/** Who was given a conversation and when: the last one stays known after it was released. */
export const assignments = pgTable(
  'assignments',
  {
    id: id(),
    conversationId: ref()
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    operatorId: ref()
      .notNull()
      .references(() => operators.id, { onDelete: 'cascade' }),
    at: moment().notNull(),
  },
  (table) => [index('assignments_by_conversation').on(table.conversationId, table.id)],
)

/** A conversation or a deal that nobody could be given: it is as soon as somebody is there. One of the two is set. */
export const waitingForOperator = pgTable(
  'waiting_for_operator',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    conversationId: ref().references(() => conversations.id, { onDelete: 'cascade' }),
    dealId: ref(),
    /** The rule that it is given out by. */
    ruleId: ref().notNull(),
    since: moment().notNull(),
  },
  (table) => [
    unique('waiting_conversation').on(table.conversationId),
    unique('waiting_deal').on(table.dealId),
    index('waiting_by_rule').on(table.ruleId, table.id),
  ],
)
