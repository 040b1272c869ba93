import type { Clock } from '../../src/platform/clock.ts'

/** A flow says several things within a moment: the vendor would cut each one off by the next. */
const momentMs = 2000
const mostCalls = 1000
const mostWords = 5

/** What was said in each call within the last moment. */
export interface RecentWords<Word> {
  /** What is to be said now: what was said just before, which the vendor cuts off, and the new behind it. */
  together(call: string, word: Word): Word[]
  /** It was said. */
  said(call: string, words: Word[]): void
}

/** For vendors that replace what is being said by what is said next. */
export function recentWords<Word>(clock: Clock): RecentWords<Word> {
  const recent = new Map<string, { at: number; words: Word[] }>()
  return {
    together(call, word) {
      const before = recent.get(call)
      return before && clock.now().getTime() - before.at < momentMs ? [...before.words, word] : [word]
    },
    said(call, words) {
      recent.delete(call)
      recent.set(call, { at: clock.now().getTime(), words: words.slice(-mostWords) })
      if (recent.size > mostCalls) recent.delete(recent.keys().next().value!)
    },
  }
}
