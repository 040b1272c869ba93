import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether what was sent is the secret, in a time that tells nothing of how much of it was right. */
export function sameSecret(given: string | null | undefined, secret: string): boolean {
  if (given === null || given === undefined) return false
  return timingSafeEqual(digest(given), digest(secret))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
