/** Keys that belong together: what a caller types as one answer. */
export interface KeySeries {
  press(key: string): void
  /** Tells what is left. */
  end(): void
}

export interface KeySeriesOptions {
  /** With so many keys an answer is whole. */
  max: number
  /** After so long without a key, too; in milliseconds. */
  pauseMs: number
  /** Takes the keys of one answer. A `#` that ends it is not told, one that stands alone is. */
  tell(keys: string): void
}

/** Puts keys together to answers. */
export function createKeySeries({ max, pauseMs, tell }: KeySeriesOptions): KeySeries {
  let keys = ''
  let timer: NodeJS.Timeout | undefined
  const end = () => {
    clearTimeout(timer)
    if (keys !== '') tell(keys)
    keys = ''
  }
  return {
    press(key) {
      clearTimeout(timer)
      const isEnd = key === '#'
      if (!isEnd || keys === '') keys += key
      if (isEnd || keys.length >= max) end()
      else timer = setTimeout(end, pauseMs)
    },
    end,
  }
}
