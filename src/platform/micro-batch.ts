/** Runs work in batches: a batch is whatever arrived while the previous one ran. One at a time, no timer. */
export interface MicroBatch<Item> {
  add(item: Item): void
  /** Resolves when nothing is waiting and nothing runs. */
  idle(): Promise<void>
}

/** `run` gets at most `max` items, in the order they came, and must not throw: what fails is its own affair. */
export function createMicroBatch<Item>(max: number, run: (items: Item[]) => Promise<void>): MicroBatch<Item> {
  let waiting: Item[] = []
  let running = false
  let idlers: (() => void)[] = []

  async function drain(): Promise<void> {
    running = true
    while (waiting.length > 0) {
      const batch = waiting.slice(0, max)
      waiting = waiting.slice(max)
      await run(batch)
    }
    running = false
    const resolved = idlers
    idlers = []
    for (const resolve of resolved) resolve()
  }

  return {
    add(item) {
      waiting.push(item)
      if (!running) {
        running = true
        // A turn of the loop, so that what arrives in the same one is in the first batch too.
        queueMicrotask(() => void drain())
      }
    },
    idle: () => (running || waiting.length > 0 ? new Promise((resolve) => idlers.push(resolve)) : Promise.resolve()),
  }
}
