import { pgTable, text, unique } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../../platform/columns.ts'
import { operators, projects } from '../team.table.ts'

/** Accounts by which channels recognise the people of the team: a Telegram id, a phone. */
export const operatorIdentities = pgTable(
  'operator_identities',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    operatorId: ref()
      .notNull()
      .references(() => operators.id, { onDelete: 'cascade' }),
    /** As the adapter names it: `telegram`, `phone`. */
    kind: text().notNull(),
    value: text().notNull(),
    linkedAt: moment().notNull(),
  },
  (table) => [unique('operator_identities_value').on(table.projectId, table.kind, table.value)],
)

/** Codes that wait to be sent by the operator's account; each counts once. */
export const operatorLinkCodes = pgTable('operator_link_codes', {
  operatorId: ref()
    .primaryKey()
    .references(() => operators.id, { onDelete: 'cascade' }),
  projectId: ref()
    .notNull()
    .references(() => projects.id, { onDelete: 'cascade' }),
  /** The SHA-256 of the code. */
  hash: text().notNull().unique(),
  expiresAt: moment().notNull(),
})
