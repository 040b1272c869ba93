import { invalidInput } from '../../platform/faults.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { PostbackAuth, StoredAuth } from './postback-auth.ts'

/** A postback as far as its secret depends on it. */
interface Secretive {
  tokenHash: string
  auth: StoredAuth | null
}

/**
 * What is stored of the wanted way of vouching, its secret sealed for this postback; an absent secret is the one that it has for
 * this way already. Throws `invalid` when there is none.
 */
export function sealAuth(wanted: PostbackAuth | null, before: Secretive, vault: Vault): StoredAuth | null {
  if (wanted === null) return null
  const secret = wanted.secret ?? (before.auth?.type === wanted.type ? secretOf(before, vault) : undefined)
  if (secret !== undefined) return { ...wanted, secret: vault.seal(secret, placeOf(before)) }
  throw invalidInput('postback', [
    { path: 'auth.secret', message: 'is missing; expected the secret to check calls by' },
  ])
}

/** The secret that callers vouch with, opened; undefined where the token is enough. */
export function secretOf(postback: Secretive, vault: Vault): string | undefined {
  return postback.auth ? vault.open(postback.auth.secret, placeOf(postback)) : undefined
}

/** The way of vouching as it may be shown. */
export function shownAuth(auth: StoredAuth | null): PostbackAuth | null {
  if (auth === null) return null
  const { secret: _, ...shown } = auth
  return shown
}

function placeOf({ tokenHash }: Secretive): string {
  return `postback:${tokenHash}:secret`
}
