import { index, numeric, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { contacts } from '../../contacts/contacts.table.ts'
import { id, moment, ref } from '../../platform/columns.ts'
import { projects } from '../../team/team.table.ts'
import { deals } from '../crm.table.ts'

/** What a plan counts: the contacts added to it, or the budgets of the deals won with them. */
export type PlanMeasure = 'contacts' | 'won_budget'

/** A named list that contacts are added to, with a target. */
export const salesPlans = pgTable(
  'sales_plans',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    description: text(),
    measure: text().$type<PlanMeasure>().notNull(),
    target: numeric({ precision: 18, scale: 2, mode: 'number' }).notNull(),
    /** ISO 4217: only deals of this currency count; all do when absent. */
    currency: text(),
    /** What happens before does not count. */
    startsAt: moment(),
    /** What happens from then on does not count. */
    endsAt: moment(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [unique('sales_plans_name').on(table.projectId, table.name)],
)

/** A contact in a plan. */
export const salesPlanEntries = pgTable(
  'sales_plan_entries',
  {
    id: id(),
    projectId: ref().notNull(),
    planId: ref()
      .notNull()
      .references(() => salesPlans.id, { onDelete: 'cascade' }),
    contactId: ref()
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    /** The deal that the contact came with. */
    dealId: ref().references(() => deals.id, { onDelete: 'set null' }),
    addedAt: moment().notNull(),
  },
  (table) => [
    unique('sales_plan_entries_contact').on(table.planId, table.contactId),
    index('sales_plan_entries_by_plan').on(table.planId, table.id),
    index('sales_plan_entries_by_contact').on(table.contactId),
    index('sales_plan_entries_by_deal').on(table.dealId),
  ],
)
