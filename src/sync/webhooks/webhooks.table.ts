import { sql } from 'drizzle-orm'
import { boolean, index, jsonb, pgTable, text, unique } from 'drizzle-orm/pg-core'
import type { Group } from '../../flows/conditions/condition.ts'
import { id, moment, ref } from '../../platform/columns.ts'
import { deliveries } from '../../platform/deliveries/deliveries.table.ts'
import { projects } from '../../team/team.table.ts'
import type { WebhookTemplate } from './webhook-request.ts'

/** An address of another system that wants to hear of changes, signed as Standard Webhooks say. */
export const webhooks = pgTable(
  'webhooks',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    url: text().notNull(),
    method: text().$type<'POST' | 'PUT'>().notNull().default('POST'),
    /** Headers by name; their values are templates. */
    headers: jsonb().$type<Record<string, string>>().notNull().default({}),
    /** Further headers by name, whose values are sealed. */
    secretHeaders: jsonb().$type<Record<string, string>>().notNull().default({}),
    /** Kinds of changes, `deal.created`; `deal.*` and `*` are understood. */
    kinds: jsonb().$type<string[]>().notNull(),
    /** What must hold of a change and of what it is about; all changes of the kinds when null. */
    filter: jsonb().$type<Group>(),
    /** JSON whose texts are templates; the standard payload when null. */
    template: jsonb().$type<WebhookTemplate>(),
    /** Sealed signing secrets, the newest first; two while one is being rotated out. */
    secrets: jsonb().$type<string[]>().notNull(),
    enabled: boolean().notNull(),
    /** Why it was switched off by us. */
    disabledReason: text(),
    failingSince: moment(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [unique('webhooks_name').on(table.projectId, table.name)],
)

/** What a delivery to a webhook tells of, beside the delivery itself. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    deliveryId: ref()
      .primaryKey()
      .references(() => deliveries.id, { onDelete: 'cascade' }),
    projectId: ref().notNull(),
    webhookId: ref().notNull(),
    /** The number of the change; null of a test. */
    changeId: ref(),
    changeKind: text().notNull(),
    contactId: ref(),
    dealId: ref(),
    /** What the changes are put in order by: `deal:42`; null of a test. */
    orderingKey: text(),
    /** When it was made, or last sent again by hand: its patience is counted from then. */
    queuedAt: moment().notNull(),
  },
  (table) => [
    index('webhook_deliveries_of_project').on(table.projectId, table.deliveryId),
    index('webhook_deliveries_of_webhook').on(table.webhookId, table.deliveryId),
    index('webhook_deliveries_of_contact').on(table.contactId, table.deliveryId).where(sql`contact_id is not null`),
    index('webhook_deliveries_of_deal').on(table.dealId, table.deliveryId).where(sql`deal_id is not null`),
  ],
)
