import { bigint, timestamp } from 'drizzle-orm/pg-core'

/** A row's own number, drawn by the database. */
export const id = () => bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity()

/** A number of a row of another table. */
export const ref = () => bigint({ mode: 'number' })

/** A moment in time, to the millisecond, stored in UTC. */
export const moment = () => timestamp({ withTimezone: true, precision: 3 })
