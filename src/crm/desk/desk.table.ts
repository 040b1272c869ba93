import { pgTable, text, unique } from 'drizzle-orm/pg-core'
import { channels } from '../../conversations/conversations.table.ts'
import { id, moment, ref } from '../../platform/columns.ts'

/** What was done from a channel by operators, so that nothing is done twice. */
export const deskActs = pgTable(
  'desk_acts',
  {
    id: id(),
    channelId: ref()
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    key: text().notNull(),
    /** What it gave, as JSON. */
    answer: text(),
    at: moment().notNull(),
  },
  (table) => [unique('desk_acts_key').on(table.channelId, table.key)],
)
