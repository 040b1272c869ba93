import { sql } from 'drizzle-orm'
import { boolean, integer, jsonb, pgTable, text, unique, uniqueIndex } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../platform/columns.ts'

/** Opening hours by ISO weekday (`1` is Monday): pairs of `HH:MM`, in the project's time zone; a night ends on the next day. */
export type WorkingHours = Record<string, [from: string, to: string][]>

/** One business: every other row belongs to one. */
export const projects = pgTable('projects', {
  id: id(),
  name: text().notNull(),
  /** An IANA time zone, `Europe/Moscow`. */
  timeZone: text().notNull(),
  /** ISO 3166-1 alpha-2; phones without a country code are read with it. */
  country: text().notNull(),
  workingHours: jsonb().$type<WorkingHours>().notNull(),
  /** The name of the flow that subscribers belong to where nothing else is said. */
  defaultFlow: text(),
  createdAt: moment().notNull(),
})

/** A value of the project's settings that flows read as `{{ project.name }}`; secret ones are stored sealed. */
export const projectVariables = pgTable(
  'project_variables',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** The value itself, or its sealed form when secret. */
    value: text().notNull(),
    secret: boolean().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [unique('project_variables_name').on(table.projectId, table.name)],
)

export type OperatorRole = 'owner' | 'admin' | 'manager' | 'service'

/** A person of the team, or the service behind an API key. */
export const operators = pgTable(
  'operators',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    email: text(),
    role: text().$type<OperatorRole>().notNull(),
    onShift: boolean().notNull(),
    /** The hours of this person alone; null: the whole shift. */
    workingHours: jsonb().$type<WorkingHours>(),
    /** How many of each round this person is given, where distribution goes by share. */
    share: integer().notNull().default(1),
    /** The operator as a person we can write to; a reference that a lower table cannot declare, the migration does. */
    contactId: ref(),
    createdAt: moment().notNull(),
  },
  (table) => [uniqueIndex('operators_email').on(table.projectId, sql`lower(${table.email})`)],
)

/** A key of the API; only its SHA-256 is kept. It acts as its operator, within its scopes. */
export const apiKeys = pgTable('api_keys', {
  id: id(),
  projectId: ref()
    .notNull()
    .references(() => projects.id, { onDelete: 'cascade' }),
  operatorId: ref()
    .notNull()
    .references(() => operators.id, { onDelete: 'cascade' }),
  name: text().notNull(),
  hash: text().notNull().unique(),
  /** The first characters of the key, so that a person can tell keys apart. */
  hint: text().notNull(),
  scopes: jsonb().$type<string[]>().notNull(),
  createdAt: moment().notNull(),
  lastUsedAt: moment(),
  revokedAt: moment(),
})
