import { createHash } from 'node:crypto'

/** A short mark of what something holds: the same for the same. */
export function fingerprint(held: unknown): string {
  return createHash('sha256').update(JSON.stringify(held)).digest('base64url').slice(0, 16)
}
