import type { crmLinks } from './exchange.table.ts'

/** That something of ours and something in another CRM are the same. */
export type CrmLink = typeof crmLinks.$inferSelect
