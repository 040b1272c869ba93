import { z } from 'zod'
import type { distributionRules } from './distribution.table.ts'

/** How conversations and deals are given to operators. */
export type Rule = typeof distributionRules.$inferSelect

export const distributionMethods = ['round_robin', 'least_busy', 'share'] as const

const fields = {
  name: z.string().trim().min(1, 'expected a name').max(200).describe('Unique in the project; blocks refer to it.'),
  isDefault: z
    .boolean()
    .describe('Counts where neither pipeline nor channel has a rule of its own; takes over from the default before.'),
  pipelineId: z.int().nullable().describe('Counts for deals of this pipeline; a pipeline has one rule at most.'),
  channelId: z.int().nullable().describe('Counts for conversations of this channel; a channel has one rule at most.'),
  method: z
    .enum(distributionMethods)
    .describe(
      'round_robin: one after the other. least_busy: who has the fewest open conversations. share: as often as the ' +
        'share of each operator says.',
    ),
  sticky: z.boolean().describe('Whoever had the contact before comes first, when available.'),
  operatorIds: z
    .array(z.int())
    .min(1, 'expected at least one operator, or null for all')
    .max(1000)
    .transform((ids) => [...new Set(ids)])
    .nullable()
    .describe('Only these operators; null: all.'),
  withContact: z.boolean().describe('Who is given a conversation also becomes responsible for its contact.'),
  withDeal: z.boolean().describe("The same for the contact's current deal."),
}

/** What a new rule is asked for. */
export const ruleInputSchema = z.strictObject({
  ...fields,
  isDefault: fields.isDefault.default(false),
  pipelineId: fields.pipelineId.default(null),
  channelId: fields.channelId.default(null),
  sticky: fields.sticky.default(false),
  operatorIds: fields.operatorIds.default(null),
  withContact: fields.withContact.default(true),
  withDeal: fields.withDeal.default(true),
})
export type RuleInput = z.output<typeof ruleInputSchema>

export const ruleUpdateSchema = z.strictObject(fields).partial()
export type RuleUpdate = z.output<typeof ruleUpdateSchema>

/** The rule that a project begins with when something is to be given out and it has none. */
export const firstRule: RuleInput = {
  name: 'Default',
  isDefault: true,
  pipelineId: null,
  channelId: null,
  method: 'round_robin',
  sticky: false,
  operatorIds: null,
  withContact: true,
  withDeal: true,
}
