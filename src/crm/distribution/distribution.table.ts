import { sql } from 'drizzle-orm'
import { boolean, jsonb, pgTable, text, unique, uniqueIndex } from 'drizzle-orm/pg-core'
import { channels } from '../../conversations/conversations.table.ts'
import { id, moment, ref } from '../../platform/columns.ts'
import { projects } from '../../team/team.table.ts'
import { pipelines } from '../crm.table.ts'

export type DistributionMethod = 'round_robin' | 'least_busy' | 'share'

/** Whose turn it is, as far as the turns of a rule have come. */
export interface Turns {
  /** Who had the last turn. */
  last?: number
  /** By share: how much of its share each operator is behind (above 0) or ahead (below 0), by number. */
  owed?: Record<string, number>
}

/** How conversations and deals are given to operators. */
export const distributionRules = pgTable(
  'distribution_rules',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** Unique in the project; blocks refer to it. */
    name: text().notNull(),
    /** Counts where neither pipeline nor channel has a rule of its own. */
    isDefault: boolean().notNull(),
    /** Counts for deals of this pipeline. */
    pipelineId: ref().references(() => pipelines.id, { onDelete: 'cascade' }),
    /** Counts for conversations of this channel. */
    channelId: ref().references(() => channels.id, { onDelete: 'cascade' }),
    method: text().$type<DistributionMethod>().notNull(),
    /** Whoever had the contact before comes first, when available. */
    sticky: boolean().notNull(),
    /** Only these; null: the whole team. */
    operatorIds: jsonb().$type<number[]>(),
    /** Who is given a conversation also becomes responsible for its contact, and for its current deal. */
    withContact: boolean().notNull(),
    withDeal: boolean().notNull(),
    /** Read and written under the lock of this row only, so that no two are given the same turn. */
    turns: jsonb().$type<Turns>().notNull(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [
    unique('distribution_rules_name').on(table.projectId, table.name),
    uniqueIndex('distribution_rules_default').on(table.projectId).where(sql`is_default`),
    unique('distribution_rules_pipeline').on(table.pipelineId),
    unique('distribution_rules_channel').on(table.channelId),
  ],
)
