import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { allDone } from './all-done.ts'
import type { Database, Orm, Tx } from './database.ts'
import { connectionLost } from './failures.ts'
import { type TransactionState, transactionOn, watched } from './postgres-transaction.ts'
import { openRenewablePool } from './renewable-pool.ts'
import { PreparedNames, StatementBundle } from './statement-bundle.ts'

const channel = 'parley'

/**
 * Plans of the message path: until the tables are analysed the planner may choose to read them whole
 * (https://www.postgresql.org/docs/current/runtime-config-query.html), so only plain index scans are left to it.
 */
const batchPlans = {
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_seqscan: 'off',
  jit: 'off',
  plan_cache_mode: 'force_generic_plan',
  standard_conforming_strings: 'on',
}

/** A plan made for tables that were small is wrong when they have grown: after so many transactions plans are made anew. */
const planLife = 5_000

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
  const connection = { application_name: 'parley', ...serverWatch }
  const pool = openRenewablePool(url, { ...settings, max: 10, connection })
  const batches = openBatches(url, {
    ...settings,
    max: 1,
    connection: { ...connection, application_name: 'parley batches', ...batchPlans },
  })
  const listening = postgres(url, { ...settings, max: 1, connection })
  let orm = { of: pool.sql, orm: ormOn(pool.sql) }

  return {
    kind: 'postgres',
    url,
    get orm() {
      if (orm.of !== pool.sql) orm = { of: pool.sql, orm: ormOn(pool.sql) }
      return orm.orm
    },
    query: (text, params = []) => pool.sql.unsafe(text, params as never[], { prepare: params.length > 0 }) as never,
    transaction: (work) => runTransaction(pool.sql, work),
    batchTransaction: batches.run,
    notify: async (topic) => {
      // Nothing is lost with it that is not looked for again, so nobody waits for the disk.
      await pool.sql`select set_config('synchronous_commit', 'off', true), pg_notify(${channel}, ${topic})`
    },
    listen: async (onTopic, onReconnect) => {
      let connectedBefore = false
      await listening.listen(channel, onTopic, () => {
        if (connectedBefore) onReconnect()
        connectedBefore = true
      })
    },
    close: async () => {
      await Promise.all([pool.close(), batches.close(), listening.end({ timeout: 5 })])
    },
  }
}

function ormOn(sql: postgres.Sql): Orm {
  return drizzle(sql, { casing: 'snake_case' })
}

async function runTransaction<T>(client: postgres.Sql, work: (tx: Tx) => Promise<T>): Promise<T> {
  const state: TransactionState = { over: false, lost: false }
  try {
    return (await client.begin(async (sql) => {
      try {
        return await work(transactionOn(sql, client, state))
      } catch (error) {
        // The driver would send a rollback now; it fails the transaction itself as soon as the connection is closed.
        if (state.lost) await new Promise(() => {})
        throw error
      } finally {
        state.over = true
      }
    })) as T
  } finally {
    // The connection may be lost while the work goes on, so the end of the one is not that of the other.
    state.over = true
  }
}

/**
 * Transactions one after another on one connection, in two trips to the server each: `begin` goes with the first statements and
 * `commit` with the last ones. A connection that failed is let go, and a new one is taken for the next transaction.
 */
function openBatches(
  url: string,
  settings: postgres.Options<Record<string, postgres.PostgresType>>,
): { run: Database['batchTransaction']; close(): Promise<void> } {
  let connection: postgres.ReservedSql | undefined
  let names = new PreparedNames()
  let current: TransactionState | undefined
  let count = 0
  const pool = openRenewablePool(url, settings, () => {
    connection = undefined
    if (current) Object.assign(current, { over: true, lost: true })
  })
  const run: Database['batchTransaction'] = async (work) => {
    const client = pool.sql
    if (!connection) {
      connection = await client.reserve()
      names = new PreparedNames()
    }
    const sql = connection
    const state: TransactionState = { over: false, lost: false }
    current = state
    const send = (statement: string): Promise<unknown> =>
      watched(sql.unsafe(statement), state).execute() as unknown as Promise<unknown>
    const bundle = new StatementBundle(names, send)
    const under: Promise<unknown>[] = []
    try {
      if (count++ % planLife === 0) bundle.command('discard plans')
      bundle.command('begin')
      const result = await work(transactionOn(sql, client, state, bundle), (written) => {
        // It may fail before it is waited for.
        written.catch(() => undefined)
        under.push(written)
      })
      if (state.lost) throw connectionLost()
      state.over = true
      bundle.command('commit')
      under.push(bundle.flush())
      await allDone(under)
      return result
    } catch (error) {
      state.over = true
      await Promise.allSettled([bundle.flush(), ...under])
      if (!state.lost) await send('rollback').catch(() => undefined)
      throw error
    } finally {
      current = undefined
    }
  }
  return {
    run,
    close: () => {
      connection?.release()
      return pool.close()
    },
  }
}
