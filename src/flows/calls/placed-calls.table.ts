import { sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../../platform/columns.ts'
import { projects } from '../../team/team.table.ts'
import type { PlacedCallResult } from './call-result.ts'

/** `placing`: noted, and the vendor is being asked. `placed`: the vendor has it. `ended`: its result is known. */
export type PlacedCallStatus = 'placing' | 'placed' | 'ended'

/** A call that a run placed: noted before the vendor is asked, so that a crash places no second one. */
export const placedCalls = pgTable(
  'placed_calls',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    channelId: ref().notNull(),
    /** `run:branch`: what waits for the call; the vendor is told it, too. */
    key: text().notNull(),
    runId: ref().notNull(),
    /** The external id of the call's thread, once the vendor has told it. */
    thread: text(),
    status: text().$type<PlacedCallStatus>().notNull(),
    /** The process stopped while the vendor was being asked, or did not answer: whether it rang is not known. */
    doubtful: boolean().notNull().default(false),
    /** How many digits are waited for; 0 when none. */
    digits: integer().notNull(),
    /** Seconds that count for the limit of the hour: as long as it may take, and when it has ended as long as it took. */
    seconds: integer().notNull(),
    /** How long it may still go on after the answer, in seconds. */
    maxSeconds: integer().notNull(),
    /** When it has failed unless something was heard of it. */
    deadline: moment().notNull(),
    result: jsonb().$type<PlacedCallResult>(),
    createdAt: moment().notNull(),
    endedAt: moment(),
  },
  (table) => [
    unique('placed_calls_key').on(table.key),
    index('placed_calls_hour').on(table.channelId, table.createdAt),
    index('placed_calls_open').on(table.deadline).where(sql`status <> 'ended'`),
  ],
)
