import { boolean, index, integer, jsonb, numeric, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { contacts } from '../contacts/contacts.table.ts'
import { id, moment, ref } from '../platform/columns.ts'
import { projects } from '../team/team.table.ts'

export type StageType = 'unprocessed' | 'open' | 'won' | 'lost' | 'archive'
export type DealStatus = 'active' | 'success' | 'fail' | 'archived' | 'unprocessed'

/** A point of sale. */
export const spots = pgTable(
  'spots',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    createdAt: moment().notNull(),
  },
  (table) => [unique('spots_name').on(table.projectId, table.name)],
)

/** The funnel of a spot. */
export const pipelines = pgTable(
  'pipelines',
  {
    id: id(),
    projectId: ref().notNull(),
    spotId: ref()
      .notNull()
      .references(() => spots.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    createdAt: moment().notNull(),
  },
  (table) => [unique('pipelines_name').on(table.spotId, table.name)],
)

/** A step of a funnel. */
export const stages = pgTable(
  'stages',
  {
    id: id(),
    projectId: ref().notNull(),
    pipelineId: ref()
      .notNull()
      .references(() => pipelines.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    position: integer().notNull(),
    type: text().$type<StageType>().notNull(),
    /** `#rrggbb`. */
    color: text().notNull(),
  },
  (table) => [unique('stages_name').on(table.pipelineId, table.name)],
)

/** An order in a pipeline. */
export const deals = pgTable(
  'deals',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** Counts up within the project; what people call the deal by. */
    number: integer().notNull(),
    name: text().notNull(),
    budget: numeric({ precision: 18, scale: 2, mode: 'number' }),
    /** ISO 4217. */
    currency: text(),
    description: text(),
    variables: jsonb().$type<Record<string, unknown>>().notNull(),
    contactId: ref()
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    conversationId: ref(),
    /** The channel that opens the dialogue when the contact has none yet. */
    sendingChannelId: ref(),
    pipelineId: ref()
      .notNull()
      .references(() => pipelines.id),
    stageId: ref()
      .notNull()
      .references(() => stages.id),
    responsibleId: ref(),
    status: text().$type<DealStatus>().notNull(),
    /** Since when it has this status: of a won deal, when it was won. */
    statusSince: moment().notNull(),
    /** The deal waits for a person: the flow switched its conversation to manual. */
    manual: boolean().notNull().default(false),
    /** Grows with each change, so that a receiver can drop the older of two. */
    version: integer().notNull(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [
    unique('deals_number').on(table.projectId, table.number),
    index('deals_by_contact').on(table.contactId, table.id),
    index('deals_by_stage').on(table.stageId, table.id),
    index('deals_by_status').on(table.projectId, table.status, table.id),
    index('deals_by_responsible').on(table.responsibleId, table.id),
    // Holds all that the board asks for, so that its sums are read from the index alone.
    index('deals_on_board').on(table.pipelineId, table.stageId, table.currency, table.budget),
    index('deals_by_variable').using('gin', table.variables.op('jsonb_path_ops')),
  ],
)

/** When a deal entered each stage. */
export const dealMoves = pgTable(
  'deal_moves',
  {
    id: id(),
    dealId: ref()
      .notNull()
      .references(() => deals.id, { onDelete: 'cascade' }),
    fromStageId: ref(),
    toStageId: ref().notNull(),
    at: moment().notNull(),
  },
  (table) => [index('deal_moves_by_deal').on(table.dealId, table.id)],
)
