import type { Tx } from './database.ts'

/** A point of a transaction to which it can go back without ending. */
export interface Savepoint {
  /** What was done since then stays. */
  release(): Promise<void>
  /** What was done since then is undone. */
  rollback(): Promise<void>
}

/** Sets a savepoint; one set inside another has to end before it. */
export async function setSavepoint(tx: Tx): Promise<Savepoint> {
  await tx.query('savepoint work')
  return {
    release: async () => void (await tx.query('release savepoint work')),
    rollback: async () => void (await tx.query('rollback to savepoint work')),
  }
}
