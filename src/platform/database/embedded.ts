import { EventEmitter } from 'node:events'
import { PGlite, type PGliteInterface, type Transaction } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { drizzle } from 'drizzle-orm/pglite'
import { allDone } from './all-done.ts'
import type { Database, Orm, Tx } from './database.ts'

export interface EmbeddedDatabase extends Database {
  readonly pglite: PGlite
}

/**
 * Opens the embedded PostgreSQL (PGlite) in a directory of its own, or in memory when none is given;
 * `load` starts it from a dumped data archive. It has one connection, so transactions run one after another.
 */
export async function openEmbedded(directory?: string, load?: Blob): Promise<EmbeddedDatabase> {
  const dataDir = directory ? `file://${directory}` : 'memory://'
  const pglite = await PGlite.create({ dataDir, loadDataDir: load, extensions: { pg_trgm } })
  const topics = new EventEmitter()
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    pglite.transaction((transaction) => work(transactionOn(transaction)))

  return {
    kind: 'embedded',
    pglite,
    orm: ormOn(pglite),
    query: async <Row>(text: string, params: unknown[] = []) => (await pglite.query<Row>(text, params)).rows,
    transaction: run,
    // The event loop's turn lets what arrives together join the same batch.
    batchTransaction: async (work) => {
      await new Promise((resolve) => setImmediate(resolve))
      return run(async (tx) => {
        const written: Promise<unknown>[] = []
        const result = await work(tx, (last) => {
          // It may fail before it is waited for.
          last.catch(() => undefined)
          written.push(last)
        })
        await allDone(written)
        return result
      })
    },
    notify: async (topic) => {
      topics.emit('topic', topic)
    },
    listen: async (onTopic) => {
      topics.on('topic', onTopic)
    },
    close: async () => {
      topics.removeAllListeners()
      await pglite.close()
    },
  }
}

function transactionOn(transaction: Transaction): Tx {
  let orm: Orm | undefined
  return {
    transaction: true,
    get orm() {
      orm ??= ormOn(transaction as unknown as PGliteInterface)
      return orm
    },
    query: async <Row>(text: string, params: unknown[] = []) => (await transaction.query<Row>(text, params)).rows,
  }
}

function ormOn(client: PGliteInterface): Orm {
  return drizzle(client as PGlite, { casing: 'snake_case' }) as unknown as Orm
}
