import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { allDone } from './all-done.ts'
import type { Database, Orm, Tx } from './database.ts'

const channel = 'parley'

/**
 * Plans of the message path: until the tables are analysed the planner may choose to read them whole
 * (https://www.postgresql.org/docs/current/runtime-config-query.html), so only index scans are left to it.
 */
const batchPlans = { enable_hashjoin: 'off', enable_mergejoin: 'off', enable_seqscan: 'off', jit: 'off' }

export interface PostgresDatabase extends Database {
  /** The server's address, with its password. */
  readonly url: string
}

/**
 * The server learns within a minute that a machine of ours is gone, and frees the locks that its transaction held
 * (https://www.postgresql.org/docs/current/runtime-config-connection.html#RUNTIME-CONFIG-TCP-SETTINGS); seconds.
 */
const serverWatch = { tcp_keepalives_idle: 10, tcp_keepalives_interval: 5, tcp_keepalives_count: 3 }

/** Seconds until the next try to connect: a server that comes back is found within a second. */
const reconnectPause = (attempt: number) => Math.min(1, 0.05 * 2 ** attempt)

/** Connects to a PostgreSQL server (15 or newer) by its `postgres://` address. Nothing is sent until the first query. */
export function openPostgres(url: string): PostgresDatabase {
  const settings = {
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    connect_timeout: 10,
    keep_alive: 10,
    backoff: reconnectPause,
    onnotice: () => {},
  } satisfies postgres.Options<Record<string, postgres.PostgresType>>
  const pool = postgres(url, { ...settings, max: 10, connection: { application_name: 'parley', ...serverWatch } })
  const batches = postgres(url, {
    ...settings,
    max: 1,
    connection: { application_name: 'parley batches', ...serverWatch, ...batchPlans },
  })
  const orm = drizzle(pool, { casing: 'snake_case' })
  drizzle(batches)

  const batch = batchTransactions(batches)

  const run = async <T>(client: postgres.Sql, work: (tx: Tx) => Promise<T>): Promise<T> => {
    const state = { over: false }
    const end = () => {
      state.over = true
    }
    // The connection may be lost while the work goes on, so the end of the one is not that of the other.
    try {
      return (await client.begin((sql) => work(transactionOn(endable(sql, state), client)).finally(end))) as T
    } finally {
      end()
    }
  }

  return {
    kind: 'postgres',
    url,
    orm,
    query: (text, params = []) => pool.unsafe(text, params as never[], { prepare: params.length > 0 }) as never,
    transaction: (work) => run(pool, work),
    batchTransaction: batch.run,
    notify: async (topic) => {
      await pool.notify(channel, topic)
    },
    listen: async (onTopic, onReconnect) => {
      let connectedBefore = false
      await pool.listen(channel, onTopic, () => {
        if (connectedBefore) onReconnect()
        connectedBefore = true
      })
    },
    close: async () => {
      batch.release()
      await Promise.all([pool.end({ timeout: 5 }), batches.end({ timeout: 5 })])
    },
  }
}

/**
 * Transactions one after another on one connection, in two trips to the server each: `begin` goes with the first statements and
 * `commit` with the last ones. A connection that failed is let go, and a new one is taken for the next transaction.
 */
function batchTransactions(client: postgres.Sql): { run: Database['batchTransaction']; release(): void } {
  let connection: postgres.ReservedSql | undefined
  const run: Database['batchTransaction'] = async (work) => {
    connection ??= await client.reserve()
    const sql = connection
    const send = (statement: string): Promise<unknown> => sql.unsafe(statement).execute() as unknown as Promise<unknown>
    const state = { over: false }
    const under: Promise<unknown>[] = []
    try {
      under.push(send('begin'))
      const tx = transactionOn(endable(sql, state), client)
      const result = await work(tx, (written) => under.push(written))
      state.over = true
      under.push(send('commit'))
      await allDone(under)
      return result
    } catch (error) {
      state.over = true
      await Promise.allSettled(under)
      // A connection on which even this fails is gone.
      await send('rollback').catch(() => {
        connection = undefined
      })
      throw error
    }
  }
  return { run, release: () => connection?.release() }
}

/**
 * A statement that comes after the end of its transaction would be run outside of any, or in the next one of the same
 * connection: it is refused.
 */
function endable(sql: Runner, state: { over: boolean }): Runner {
  const { unsafe } = sql
  const fenced = ((...query: Parameters<typeof unsafe>) => {
    if (state.over) throw new Error('The transaction is over; this statement came too late.')
    return unsafe(...query)
  }) as typeof unsafe
  return Object.assign((...query: Parameters<Runner>) => sql(...query), sql, { unsafe: fenced }) as unknown as Runner
}

/** What runs the statements of a transaction. */
type Runner = postgres.TransactionSql | postgres.ReservedSql

function transactionOn(sql: Runner, client: postgres.Sql): Tx {
  let orm: Orm | undefined
  return {
    transaction: true,
    get orm() {
      orm ??= drizzle(Object.assign(sql, { options: client.options }) as unknown as postgres.Sql, {
        casing: 'snake_case',
      })
      return orm
    },
    // The driver sends a query when it is awaited; sent at once, statements keep the order in which they were asked for.
    query: (text, params = []) =>
      sql.unsafe(text, params as never[], { prepare: params.length > 0 }).execute() as never,
  }
}
