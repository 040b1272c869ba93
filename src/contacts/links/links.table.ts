import { index, jsonb, pgTable } from 'drizzle-orm/pg-core'
import { moment, ref } from '../../platform/columns.ts'
import type { Actor } from '../../team/context.ts'
import { projects } from '../../team/team.table.ts'
import { contacts } from '../contacts.table.ts'

/** A card that is linked with others as one person, without being merged. Cards with the same person are linked. */
export const contactLinks = pgTable(
  'contact_links',
  {
    contactId: ref()
      .primaryKey()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** Drawn where the numbers of contacts are drawn, and never given out twice. */
    personId: ref().notNull(),
    by: jsonb().$type<Actor>().notNull(),
    at: moment().notNull(),
  },
  (table) => [index('contact_links_by_person').on(table.personId, table.contactId)],
)
