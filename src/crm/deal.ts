import type { deals } from './crm.table.ts'

/** An order in a pipeline. */
export type Deal = typeof deals.$inferSelect
