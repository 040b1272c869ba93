import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'

type Settings = postgres.Options<Record<string, postgres.PostgresType>>

/** Connections to one server, replaced all together when one of them is lost. */
export interface RenewablePool {
  /** The connections as they are now; asked for anew each time. */
  readonly sql: postgres.Sql
  close(): Promise<void>
}

/** What is under way on connections that are replaced is given so many seconds to end. */
const lastSeconds = 5

/**
 * Opens a pool that is replaced when a connection is lost: the driver keeps on the lost one what it had not sent yet, and its
 * next life begins with that (https://github.com/porsager/postgres/blob/v3.4.9/src/connection.js, `closed` and `nextWrite`).
 * `onLost` is called before anything else learns of it.
 */
export function openRenewablePool(url: string, settings: Settings, onLost: () => void = () => {}): RenewablePool {
  let closed = false
  const open = (): postgres.Sql => {
    const sql: postgres.Sql = postgres(url, {
      ...settings,
      // A connection that ends because of its age would be taken for a lost one.
      max_lifetime: null,
      onclose: () => renew(sql),
    })
    // Sets how the driver reads and writes moments, also for statements that do not come from drizzle.
    drizzle(sql)
    return sql
  }
  const renew = (lost: postgres.Sql): void => {
    if (lost !== current || closed) return
    onLost()
    current = open()
    void lost.end({ timeout: lastSeconds })
  }
  let current = open()
  return {
    get sql() {
      return current
    },
    close() {
      closed = true
      return current.end({ timeout: lastSeconds })
    },
  }
}
