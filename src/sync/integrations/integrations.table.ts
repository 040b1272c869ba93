import { boolean, jsonb, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../../platform/columns.ts'
import { projects } from '../../team/team.table.ts'
import type { CrmCondition, CrmLists } from '../crm.ts'
import type { CrmMapping, Direction } from '../mapping/mapping.ts'

/** One connected account of another CRM. */
export const integrations = pgTable(
  'integrations',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** Of the catalogue. */
    kind: text().notNull(),
    /** Secret ones are sealed. */
    settings: jsonb().$type<Record<string, unknown>>().notNull(),
    /** The unguessable part of `/hooks/{id}`. */
    hookId: text().notNull().unique(),
    /** Which way changes go. */
    direction: text().$type<Direction>().notNull(),
    /** What goes there: what flows send, or every deal with its contact. */
    sends: text().$type<'by_flow' | 'every_deal'>().notNull(),
    mapping: jsonb().$type<CrmMapping>().notNull(),
    enabled: boolean().notNull(),
    /** What the account is called; absent while it was never connected. */
    account: text(),
    condition: jsonb().$type<CrmCondition>(),
    /** Nothing is asked of the vendor before then. */
    pausedUntil: moment(),
    /** What the account has to choose from, as last read. */
    lists: jsonb().$type<CrmLists>(),
    listsAt: moment(),
    /** Up to when changes there were looked for, in case a hook was lost. */
    caughtUpTo: moment(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [unique('integrations_name').on(table.projectId, table.name)],
)

/** What an adapter keeps for an integration, sealed: tokens, ids of fields. */
export const integrationState = pgTable(
  'integration_state',
  {
    integrationId: ref()
      .notNull()
      .references(() => integrations.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    value: text().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.integrationId, table.name] })],
)
