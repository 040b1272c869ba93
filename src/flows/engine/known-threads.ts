/** So many keys are remembered at most; then all are forgotten, which costs one statement for each that comes again. */
const limit = 100_000

/** Keys of threads whose rows are known to exist, so that they need not be made. */
export class KnownThreads {
  readonly #keys = new Set<string>()

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  add(keys: Iterable<string>): void {
    if (this.#keys.size > limit) this.#keys.clear()
    for (const key of keys) this.#keys.add(key)
  }

  delete(key: string): void {
    this.#keys.delete(key)
  }
}
