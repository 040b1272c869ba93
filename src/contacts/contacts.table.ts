import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../platform/columns.ts'
import { operators, projects } from '../team/team.table.ts'

/** A value of a custom field, as its type stores it: text, number, yes/no, a list of choices; dates as ISO 8601 text. */
export type AttributeValue = string | number | boolean | string[] | null

export type AttributeType =
  | 'text'
  | 'number'
  | 'date'
  | 'datetime'
  | 'choice'
  | 'choices'
  | 'boolean'
  | 'phone'
  | 'email'
  | 'link'

/** A person we talk with. */
export const contacts = pgTable(
  'contacts',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    firstName: text(),
    lastName: text(),
    username: text(),
    /** E.164, the first of possibly several phones; each is an identity too. */
    phone: text(),
    email: text(),
    /** ISO 3166-1 alpha-2. */
    country: text(),
    /** BCP 47. */
    language: text(),
    /** IANA time zone; the project's counts when absent. */
    timeZone: text(),
    trafficSource: text(),
    picture: text(),
    responsibleId: ref().references(() => operators.id, { onDelete: 'set null' }),
    attributes: jsonb().$type<Record<string, AttributeValue>>().notNull().default({}),
    labels: text().array().notNull().default(sql`'{}'`),
    /** The fields that people gave or took away themselves: what a channel tells no longer changes them. */
    setByHand: text().array().notNull().default(sql`'{}'`),
    blockedUntil: moment(),
    blockedReason: text(),
    blockedById: ref(),
    blockedAt: moment(),
    /** How many messages were kept back since the contact was blocked last. */
    blockedMessages: integer().notNull().default(0),
    /** The contact that took this one in when the two were merged. */
    mergedIntoId: ref(),
    lastActivityAt: moment(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [
    index('contacts_by_project').on(table.projectId, table.id),
    index('contacts_by_username').on(table.projectId, sql`lower(${table.username})`).where(sql`username is not null`),
    // Twins are told by the last ten digits of a phone, whatever its spelling.
    index('contacts_by_phone_digits')
      .on(table.projectId, sql`right(regexp_replace(${table.phone}, '\\D', '', 'g'), 10)`, table.id)
      .where(sql`phone is not null`),
    index('contacts_by_email').on(table.projectId, sql`lower(${table.email})`, table.id).where(sql`email is not null`),
    // Lists show no contact that went into another, so that these hold all that many a filter has to look at.
    index('contacts_created').on(table.projectId, table.createdAt, table.id).where(sql`merged_into_id is null`),
    index('contacts_active').on(table.projectId, table.lastActivityAt, table.id).where(sql`merged_into_id is null`),
    index('contacts_of_responsible')
      .on(table.projectId, table.responsibleId, table.id)
      .where(sql`responsible_id is not null and merged_into_id is null`),
    index('contacts_blocked').on(table.projectId, table.blockedUntil).where(sql`blocked_until is not null`),
    index('contacts_by_label').using('gin', table.labels),
    index('contacts_by_attribute').using('gin', table.attributes.op('jsonb_path_ops')),
    index('contacts_merged').on(table.mergedIntoId).where(sql`merged_into_id is not null`),
  ],
)

/** Something that tells who a contact is: the kind is named by the adapter (`telegram`, `phone`, `email`, `webchat`). */
export const identities = pgTable(
  'identities',
  {
    id: id(),
    projectId: ref().notNull(),
    contactId: ref()
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    kind: text().notNull(),
    value: text().notNull(),
    /** The identity (`kind/value`) by which the person was known already when this one was learned; null when given by hand. */
    cameBy: text(),
    createdAt: moment().notNull(),
  },
  (table) => [
    unique('identities_value').on(table.projectId, table.kind, table.value),
    index('identities_by_contact').on(table.contactId),
    index('identities_by_phone_digits')
      .on(table.projectId, sql`right(regexp_replace(${table.value}, '\\D', '', 'g'), 10)`, table.contactId)
      .where(sql`kind = 'phone'`),
  ],
)

/** A custom field of the project's contacts. */
export const attributeDefinitions = pgTable(
  'attribute_definitions',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    title: text().notNull(),
    type: text().$type<AttributeType>().notNull(),
    choices: jsonb().$type<string[]>(),
    createdAt: moment().notNull(),
  },
  (table) => [unique('attribute_definitions_name').on(table.projectId, table.name)],
)

/** Something written about a contact, a conversation or a deal by an operator or a flow. */
export const notes = pgTable(
  'notes',
  {
    id: id(),
    projectId: ref().notNull(),
    contactId: ref()
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    conversationId: ref(),
    dealId: ref(),
    /** Absent when a flow wrote it. */
    operatorId: ref(),
    text: text().notNull(),
    createdAt: moment().notNull(),
    /** When its text was changed last; absent when never. */
    updatedAt: moment(),
  },
  (table) => [index('notes_by_contact').on(table.contactId, table.id)],
)
