import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { moment } from '../columns.ts'

/**
 * The places of a limit that all processes share. A request holds one from before it begins until a second or minute after it ended, so that
 * whatever the network does in between, no second or minute sees more requests than there are places.
 */
export const rateSlots = pgTable(
  'rate_slots',
  {
    /** The limit. */
    name: text().notNull(),
    slot: integer().notNull(),
    freeAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.name, table.slot] })],
)
