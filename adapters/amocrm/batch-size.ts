/** The vendor advises 50 things a write, and fewer where it took too long (amocrm.ru/developers/content/api/recommendations). */
const most = 50
const step = 5

/** How many things a write holds for now. */
export interface BatchSize {
  current(): number
  /** A write took too long: half as many from now on. */
  tooLarge(): void
  /** A write went through: slowly more again. */
  fine(): void
}

export function openBatchSize(): BatchSize {
  let size = most
  return {
    current: () => size,
    tooLarge() {
      size = Math.max(1, Math.floor(size / 2))
    },
    fine() {
      size = Math.min(most, size + step)
    },
  }
}
