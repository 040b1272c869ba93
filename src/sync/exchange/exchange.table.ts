import { sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../../platform/columns.ts'
import type { CrmEntity } from '../crm.ts'
import { integrations } from '../integrations/integrations.table.ts'
import type { Shadow } from './shadow.ts'
import type { PushProgress, PushResult, Wanted } from './wanted.ts'

/** That something of ours and something in another CRM are the same. */
export const crmLinks = pgTable(
  'crm_links',
  {
    id: id(),
    projectId: ref().notNull(),
    integrationId: ref()
      .notNull()
      .references(() => integrations.id, { onDelete: 'cascade' }),
    entity: text().$type<CrmEntity>().notNull(),
    /** The number of our contact, deal, note or task; null of what we only made there. */
    subjectId: ref(),
    externalId: text().notNull(),
    /** What both sides had when they were last seen together. */
    shadow: jsonb().$type<Shadow>().notNull(),
    /** When it was changed last there, by their clock. */
    theirsUpdatedAt: moment(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [
    uniqueIndex('crm_links_subject')
      .on(table.integrationId, table.entity, table.subjectId)
      .where(sql`subject_id is not null`),
    index('crm_links_external').on(table.integrationId, table.entity, table.externalId),
    index('crm_links_by_subject').on(table.entity, table.subjectId),
  ],
)

/** pending: waits for its turn. working: taken up, by the process `startedBy` or, without one, until its next attempt. done and dead are final. */
export type PushStatus = 'pending' | 'working' | 'done' | 'dead'

/** Something of ours that has to be told to another CRM. */
export const crmPushes = pgTable(
  'crm_pushes',
  {
    id: id(),
    projectId: ref().notNull(),
    integrationId: ref()
      .notNull()
      .references(() => integrations.id, { onDelete: 'cascade' }),
    entity: text().$type<CrmEntity>().notNull(),
    /** The number of our contact, deal, note or task. */
    subjectId: ref().notNull(),
    /** Names the work that asked for it (`run:branch`), so that it is asked for once; null when a change did: those of a subject are one. */
    key: text(),
    /** What is wanted beyond what the mapping says; null when nothing. */
    wanted: jsonb().$type<Wanted>(),
    status: text().$type<PushStatus>().notNull(),
    attempts: integer().notNull().default(0),
    dueAt: moment().notNull(),
    startedBy: text(),
    /** When it was begun first: what was made there for it is not older. */
    firstStartedAt: moment(),
    /** An answer was lost: what was to be made may be there. */
    doubtful: boolean().notNull().default(false),
    /** How far it came. */
    progress: jsonb().$type<PushProgress>(),
    error: text(),
    errorCode: text(),
    result: jsonb().$type<PushResult>(),
    createdAt: moment().notNull(),
    finishedAt: moment(),
  },
  (table) => [
    index('crm_pushes_open').on(table.integrationId, table.dueAt, table.id).where(sql`finished_at is null`),
    uniqueIndex('crm_pushes_waiting')
      .on(table.integrationId, table.entity, table.subjectId)
      .where(sql`key is null and status = 'pending'`),
    uniqueIndex('crm_pushes_key').on(table.integrationId, table.key).where(sql`key is not null`),
    index('crm_pushes_by_integration').on(table.integrationId, table.id),
    index('crm_pushes_of_subject')
      .on(table.integrationId, table.entity, table.subjectId, table.id)
      .where(sql`finished_at is null`),
    index('crm_pushes_doubtful').on(table.integrationId).where(sql`doubtful`),
  ],
)

/** What another CRM said has changed there, and what we have not read anew yet. */
export const crmHeard = pgTable(
  'crm_heard',
  {
    integrationId: ref()
      .notNull()
      .references(() => integrations.id, { onDelete: 'cascade' }),
    entity: text().$type<CrmEntity>().notNull(),
    externalId: text().notNull(),
    deleted: boolean().notNull().default(false),
    /** Of a note or task: what it hangs on. */
    hangsOn: jsonb().$type<{ entity: 'contact' | 'deal'; id: string }>(),
    heardAt: moment().notNull(),
    attempts: integer().notNull().default(0),
    dueAt: moment().notNull(),
    error: text(),
  },
  (table) => [
    primaryKey({ columns: [table.integrationId, table.entity, table.externalId] }),
    index('crm_heard_due').on(table.integrationId, table.dueAt),
  ],
)
