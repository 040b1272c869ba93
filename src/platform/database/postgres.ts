import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { Database, Orm, Tx } from './database.ts'

const channel = 'parley'

/**
 * Plans of the message path: until the tables are analysed the planner may choose to read them whole
 * (https://www.postgresql.org/docs/current/runtime-config-query.html), so only index scans are left to it.
 */
const batchPlans = { enable_hashjoin: 'off', enable_mergejoin: 'off', enable_seqscan: 'off', jit: 'off' }

/** Connects to a PostgreSQL server (15 or newer) by its `postgres://` address. Nothing is sent until the first query. */
export function openPostgres(url: string): Database {
  const settings = {
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    connect_timeout: 10,
    onnotice: () => {},
  } satisfies postgres.Options<Record<string, postgres.PostgresType>>
  const pool = postgres(url, { ...settings, max: 10, connection: { application_name: 'parley' } })
  const batches = postgres(url, {
    ...settings,
    max: 1,
    connection: { application_name: 'parley batches', ...batchPlans },
  })
  const orm = drizzle(pool, { casing: 'snake_case' })
  drizzle(batches)

  const run = <T>(client: postgres.Sql, work: (tx: Tx) => Promise<T>): Promise<T> =>
    client.begin((sql) => work(transactionOn(sql, client))) as Promise<T>

  return {
    kind: 'postgres',
    orm,
    query: (text, params = []) => pool.unsafe(text, params as never[], { prepare: params.length > 0 }) as never,
    transaction: (work) => run(pool, work),
    batchTransaction: (work) => run(batches, work),
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
      await Promise.all([pool.end({ timeout: 5 }), batches.end({ timeout: 5 })])
    },
  }
}

function transactionOn(sql: postgres.TransactionSql, client: postgres.Sql): Tx {
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
