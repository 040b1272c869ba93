import { drizzle } from 'drizzle-orm/postgres-js'
import type postgres from 'postgres'
import type { Orm, Tx } from './database.ts'
import { connectionLost, isConnectionLost } from './failures.ts'
import type { StatementBundle } from './statement-bundle.ts'

/** What runs the statements of a transaction. */
export type Runner = postgres.TransactionSql | postgres.ReservedSql

/** How a transaction stands. */
export interface TransactionState {
  /** Nothing may be sent any more. */
  over: boolean
  /** Its connection is gone, and with it the transaction: not even a rollback may be sent, as the driver would fail at that. */
  lost: boolean
}

/** A transaction over the driver's own. With a bundle, statements as text leave together; those of drizzle leave behind them. */
export function transactionOn(
  sql: Runner,
  client: postgres.Sql,
  state: TransactionState,
  bundle?: StatementBundle,
): Tx {
  const runner = fenced(sql, client, state, bundle)
  let orm: Orm | undefined
  return {
    transaction: true,
    get orm() {
      orm ??= drizzle(runner, { casing: 'snake_case' })
      return orm
    },
    // The driver sends a query when it is awaited; sent at once, statements keep the order in which they were asked for.
    query: (text, params = []) => {
      refuseLate(state)
      if (bundle) return bundle.query(text, params)
      return runner.unsafe(text, params as never[], { prepare: params.length > 0 }).execute() as never
    },
  }
}

/**
 * A statement that comes after the end of its transaction would be run outside of any, or in the next one of the same
 * connection: it is refused.
 */
function fenced(sql: Runner, client: postgres.Sql, state: TransactionState, bundle?: StatementBundle): postgres.Sql {
  const unsafe = (...query: Parameters<Runner['unsafe']>) => {
    refuseLate(state)
    // What fails in it is told to those who asked.
    void bundle?.flush().catch(() => undefined)
    return watched(sql.unsafe(...query), state)
  }
  const run = (...query: Parameters<Runner>) => sql(...query)
  return Object.assign(run, sql, { unsafe, options: client.options }) as unknown as postgres.Sql
}

function refuseLate(state: TransactionState): void {
  if (state.lost) throw connectionLost()
  if (state.over) throw new Error('The transaction is over; this statement came too late.')
}

/** Notes a lost connection at the moment when the driver learns of it, before anything can be sent on it. */
export function watched<Query>(query: Query, state: TransactionState): Query {
  const settled = query as { reject(error: unknown): void }
  const { reject } = settled
  settled.reject = (error) => {
    if (isConnectionLost(error)) {
      state.lost = true
      state.over = true
    }
    reject(error)
  }
  return query
}
