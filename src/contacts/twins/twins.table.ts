import { index, jsonb, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { moment, ref } from '../../platform/columns.ts'
import type { Actor } from '../../team/context.ts'
import { projects } from '../../team/team.table.ts'
import { contacts } from '../contacts.table.ts'

/** Two contacts that look like one person and are not: they are not suggested again. */
export const dismissedTwins = pgTable(
  'dismissed_twins',
  {
    /** The smaller of the two numbers. */
    firstId: ref()
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    secondId: ref()
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    by: jsonb().$type<Actor>().notNull(),
    at: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.firstId, table.secondId] }),
    index('dismissed_twins_by_second').on(table.secondId),
  ],
)
