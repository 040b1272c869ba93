import type { crmPushes } from './exchange.table.ts'

/** Something of ours that has to be told to another CRM. */
export type CrmPush = typeof crmPushes.$inferSelect
