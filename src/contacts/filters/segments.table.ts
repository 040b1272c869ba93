import { jsonb, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../../platform/columns.ts'
import { projects } from '../../team/team.table.ts'
import type { FilterGroup } from './filter.ts'

/** A filter of contacts that was given a name. */
export const segments = pgTable(
  'segments',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    filter: jsonb().$type<FilterGroup>().notNull(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [unique('segments_name').on(table.projectId, table.name)],
)
