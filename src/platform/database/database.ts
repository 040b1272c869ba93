import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'

/** drizzle's query builder; the same type stands for both databases. */
export type Orm = Pick<
  PostgresJsDatabase,
  'select' | 'selectDistinct' | 'selectDistinctOn' | 'insert' | 'update' | 'delete' | 'with' | '$with' | '$count'
>

/** Something that runs queries: the database itself, or a transaction. */
export interface Queryable {
  readonly orm: Orm
  /** Runs one SQL statement with `$1`-style parameters and gives its rows. Statements sent without awaiting are pipelined. */
  query<Row>(text: string, params?: unknown[]): Promise<Row[]>
}

/** An open transaction. Pass it down always: on the embedded database the outer handle waits for it for ever. */
export interface Tx extends Queryable {
  readonly transaction: true
}

export interface Database extends Queryable {
  readonly kind: 'embedded' | 'postgres'
  /** Runs `work` in one transaction (read committed); whatever it throws rolls everything back. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * The same on a connection kept for the message path, with plans pinned to index scans. What `work` hands to `last` need not be
   * waited for: the commit is sent right behind it, and if it fails, PostgreSQL makes a rollback of the commit.
   */
  batchTransaction<T>(work: (tx: Tx, last: (written: Promise<unknown>) => void) => Promise<T>): Promise<T>
  /** Tells every process that listens, this one included. Topics are short; delivery is best effort. */
  notify(topic: string): Promise<void>
  /** Calls back for each topic told by any process; `onReconnect` after a gap in which topics may have been missed. */
  listen(onTopic: (topic: string) => void, onReconnect: () => void): Promise<void>
  /** Dumps the whole embedded database or, on a server, fails; for tests that start from a prepared state. */
  close(): Promise<void>
}
