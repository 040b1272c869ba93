import { sql } from 'drizzle-orm'
import { doublePrecision, index, pgTable, text } from 'drizzle-orm/pg-core'
import { ref } from '../../platform/columns.ts'
import { contacts } from '../contacts.table.ts'

/** So many characters of a contact's words stand in the index of names: with the name they are below 2704 bytes. */
export const beginLength = 500

/**
 * What contacts are searched and sorted by, one row a contact, kept by triggers of the database (migration 0007): in small letters,
 * ё as е. Each text is empty or stands between spaces, ` anna karenina `, so that a pattern can ask for the begin of a word.
 */
export const contactSearch = pgTable(
  'contact_search',
  {
    contactId: ref()
      .primaryKey()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    projectId: ref().notNull(),
    /** What people call the contact, at most 100 characters; null when nothing is known to call it by. */
    sortName: text(),
    names: text().notNull(),
    usernames: text().notNull(),
    /** Its own e-mail and all that are identities, each once. */
    emails: text().notNull(),
    /** Its own phone and all that are identities, each once, E.164. */
    phones: text().notNull(),
    /** All of them, which the one index of parts is on: what is looked for in one of them is looked for here first. */
    words: text().notNull().generatedAlwaysAs(sql`names || usernames || emails || phones`),
    /** The begin of them, short enough to stand in the index of names; nearly always it is all of them. */
    begin: text().notNull().generatedAlwaysAs(sql`left(names || usernames || emails || phones, 500)`),
  },
  (table) => [
    // By project, sort name and contact there is a further index, which includes `begin` (migration 0009).
    index('contact_search_by_words').using('gin', table.words.op('gin_trgm_ops')),
  ],
)

/** The values of custom fields, a row each and for each choice of several, kept by the same triggers. */
export const contactValues = pgTable(
  'contact_values',
  {
    contactId: ref()
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    projectId: ref().notNull(),
    /** The attribute's name. */
    name: text().notNull(),
    /** Null for numbers; in small letters, ё as е, of a long text the first 200. Ordered as bytes are, as ISO 8601 needs it. */
    value: text(),
    /** The whole text in that form, between spaces; empty for numbers. */
    folded: text().notNull(),
    number: doublePrecision(),
  },
  (table) => [
    index('contact_values_by_contact').on(table.contactId, table.name),
    index('contact_values_by_value').on(table.projectId, table.name, table.value, table.contactId),
    index('contact_values_by_number')
      .on(table.projectId, table.name, table.number, table.contactId)
      .where(sql`number is not null`),
    index('contact_values_by_part').using('gin', table.folded.op('gin_trgm_ops')),
  ],
)
