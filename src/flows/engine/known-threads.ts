/** So many threads are remembered at most; then all are forgotten, which costs one more trip for each that comes again. */
const limit = 100_000

/** The numbers of threads that were met before, by their keys. */
export class KnownThreads {
  readonly #ids = new Map<string, number>()

  idOf(key: string): number | undefined {
    return this.#ids.get(key)
  }

  add(key: string, id: number): void {
    if (this.#ids.size > limit) this.#ids.clear()
    this.#ids.set(key, id)
  }

  forget(key: string): void {
    this.#ids.delete(key)
  }
}
