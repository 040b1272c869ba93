import { pgTable, text } from 'drizzle-orm/pg-core'
import { moment } from './columns.ts'

/** What may exist only once among all processes, and which process has it until when. */
export const leases = pgTable('leases', {
  name: text().primaryKey(),
  holder: text().notNull(),
  expiresAt: moment().notNull(),
})
