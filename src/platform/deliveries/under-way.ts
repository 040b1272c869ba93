/** Fewer attempts under way are not worth waiting for. */
const few = 4

/** Attempts that the other side has not answered yet. */
export class UnderWay {
  #count = 0
  #onEnd: (() => void) | undefined

  async run<T>(attempt: Promise<T>): Promise<T> {
    this.#count++
    try {
      return await attempt
    } finally {
      this.#count--
      this.#onEnd?.()
    }
  }

  /**
   * Resolves when most of the attempts that are under way have ended, or after so many milliseconds; at once when there are few.
   * Their results then stand in one transaction, and their places are free in it. One waits at a time.
   */
  mostEnded(limitMs: number): Promise<void> {
    if (this.#count < few) return Promise.resolve()
    const enough = Math.floor(this.#count / 8)
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#onEnd = undefined
        resolve()
      }
      const timer = setTimeout(done, limitMs)
      this.#onEnd = () => {
        if (this.#count <= enough) done()
      }
    })
  }
}
