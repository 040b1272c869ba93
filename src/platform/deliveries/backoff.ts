/** Spreads a wait over ±20 %, so that what failed together does not come back together. `random` is in [0, 1). */
export function withJitter(ms: number, random: number): number {
  return Math.round(ms * (0.8 + 0.4 * random))
}

/** Doubling waits: `first`, twice that and so on, never above `most`; `count` of them. */
export function doublingDelays(first: number, most: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.min(most, first * 2 ** index))
}
