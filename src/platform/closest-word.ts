/** The word of a list that a mistyped one most probably means, or undefined when none is near: for "did you mean". */
export function closestWord(typed: string, words: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(typed.length / 3))
  let best: string | undefined
  let least = limit + 1
  for (const word of words) {
    if (Math.abs(word.length - typed.length) >= least) continue
    const steps = editDistance(typed.toLowerCase(), word.toLowerCase())
    if (steps < least) [best, least] = [word, steps]
  }
  return best
}

/** How many letters must be added, removed or replaced to make one word of the other (Levenshtein). */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let line = 1; line <= from.length; line++) {
    const above = row
    row = [line]
    for (let column = 1; column <= to.length; column++) {
      const replaced = above[column - 1]! + (from[line - 1] === to[column - 1] ? 0 : 1)
      row.push(Math.min(replaced, above[column]! + 1, row[column - 1]! + 1))
    }
  }
  return row[to.length]!
}
