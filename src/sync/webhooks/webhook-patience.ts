const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Waits after the first, second … attempt, in milliseconds; the first attempt is made at once. */
export const webhookRetryDelaysMs: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

/** A receiver that does not answer is asked at least so often, with what has waited longest for it. */
const askAgainMs = 15 * minute
const jitter = 0.1

/**
 * Milliseconds until a delivery is tried again that was queued `age` milliseconds ago; undefined when it is given up. Told by its age, and
 * not by how often it was tried, so that asking a silent receiver again costs no delivery its patience. `random` is in [0, 1).
 */
export function waitAt(age: number, { isOldest, random }: { isOldest: boolean; random: number }): number | undefined {
  let moment = 0
  for (const delay of webhookRetryDelaysMs) {
    moment += delay
    if (moment <= age) continue
    const wait = Math.max(webhookRetryDelaysMs[0]!, moment - age)
    return Math.round((isOldest ? Math.min(wait, askAgainMs) : wait) * (1 + jitter * random))
  }
  return undefined
}

/**
 * Milliseconds until a delivery is tried again whose receiver asked for `asked` after so many attempts: as asked, but one that always says
 * "at once" is asked less and less often.
 */
export function waitAsAsked(asked: number, attempts: number): number {
  return Math.max(asked, Math.min(askAgainMs, second * 2 ** (attempts - 1)))
}
