import { index, jsonb, pgTable } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../../platform/columns.ts'
import type { Actor } from '../../team/context.ts'
import { projects } from '../../team/team.table.ts'
import { contacts } from '../contacts.table.ts'

/** Whose value stays, of a field that both contacts have. */
export type MergeChoice = 'survivor' | 'second'

/** That one contact took in another, with all that is needed to part them again. */
export const contactMerges = pgTable(
  'contact_merges',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    survivorId: ref()
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    mergedId: ref()
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    /** Whose value was kept, of the fields where both had one. */
    choices: jsonb().$type<Record<string, MergeChoice>>().notNull(),
    /** What each part of the program moved, by its name. */
    journal: jsonb().$type<Record<string, unknown>>().notNull(),
    by: jsonb().$type<Actor>().notNull(),
    at: moment().notNull(),
    undoneBy: jsonb().$type<Actor>(),
    undoneAt: moment(),
  },
  (table) => [
    index('contact_merges_by_survivor').on(table.survivorId, table.id),
    index('contact_merges_by_merged').on(table.mergedId, table.id),
  ],
)
