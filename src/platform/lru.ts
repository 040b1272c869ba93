/** A map that keeps the entries used last and forgets the others. */
export class Lru<Value> {
  readonly #limit: number
  readonly #entries = new Map<string, Value>()

  constructor(limit: number) {
    this.#limit = limit
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** The entry of a key, made by `make` when it is not there. What `make` throws is not kept. */
  get(key: string, make: (key: string) => Value): Value {
    const found = this.#entries.get(key)
    const value = found ?? make(key)
    if (found !== undefined) this.#entries.delete(key)
    else if (this.#entries.size >= this.#limit) this.#entries.delete(this.#entries.keys().next().value!)
    this.#entries.set(key, value)
    return value
  }
}
