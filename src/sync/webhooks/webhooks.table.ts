import { boolean, jsonb, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../../platform/columns.ts'
import { projects } from '../../team/team.table.ts'

/** An address of another system that wants to hear of changes, signed as Standard Webhooks say. */
export const webhooks = pgTable(
  'webhooks',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    url: text().notNull(),
    /** Kinds of changes, `deal.created`; `deal.*` and `*` are understood. */
    kinds: jsonb().$type<string[]>().notNull(),
    /** Sealed signing secrets, the newest first; two while one is being rotated out. */
    secrets: jsonb().$type<string[]>().notNull(),
    enabled: boolean().notNull(),
    /** Why it was switched off by us. */
    disabledReason: text(),
    failingSince: moment(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [unique('webhooks_name').on(table.projectId, table.name)],
)
