/** How far a queue that this process may send has been read. */
export interface OwnedQueue {
  /** More waits in the database than is held in memory. */
  overflowed: boolean
  refilling: Promise<void> | undefined
  again: boolean
  /** What ended since the queue began to be read: what was read of it is out of date. */
  ended: Set<number>
}

/** A queue that is ours from now on; nothing of it has been read. */
export function ownedQueue(): OwnedQueue {
  return { overflowed: false, refilling: undefined, again: false, ended: new Set() }
}
