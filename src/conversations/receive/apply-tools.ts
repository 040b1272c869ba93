import type { Tx } from '../../platform/database/database.ts'
import type { People } from './admit-threads.ts'
import type { BatchWrites } from './batch-writes.store.ts'
import type { Operators } from './speaking-operators.store.ts'

/** What it takes to make of an event what it means for its conversation, while the batch's threads are locked. */
export interface ApplyTools {
  tx: Tx
  writes: BatchWrites
  people: People
  operators: Operators
  nextId(): number
}
