import { randomBytes, randomUUID } from 'node:crypto'

/** A random, unguessable name for an address or a token: `prefix_` and 24 characters of base64url (144 bits). */
export function randomToken(prefix: string): string {
  return `${prefix}_${randomBytes(18).toString('base64url')}`
}

/** A random UUID, for keys that only need to be unique. */
export function uuid(): string {
  return randomUUID()
}
