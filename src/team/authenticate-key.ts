import type { Clock } from '../platform/clock.ts'
import type { Queryable } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { Access } from '../platform/http/operation.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Caller } from './route.ts'
import { type ApiKey, selectLiveKey, touchKey } from './team.store.ts'

/** Tells callers by their API keys. */
export interface Keyring {
  /** The caller with this key; throws `unauthenticated`. */
  authenticate(key: string): Promise<Caller>
  /** Forgets what is remembered of a key, because it was revoked. */
  forget(keyId: number): void
}

interface Remembered {
  caller: Caller
  until: number
  touchAgainAt: number
}

/** How long another process may still accept a key that was revoked in this one. */
const rememberMs = 15_000
const touchEveryMs = 60_000

/** A keyring that remembers good keys for a few seconds and notes the use of each at most once a minute. */
export function createKeyring(db: Queryable, clock: Clock): Keyring {
  const remembered = new Map<string, Remembered>()

  async function lookUp(hash: string, now: number): Promise<Remembered> {
    const row = await selectLiveKey(db, hash)
    if (!row) {
      remembered.delete(hash)
      throw new AppError(
        'unauthenticated',
        'The API key is not known or was revoked. Send a live one as "Authorization: Bearer pk_…".',
      )
    }
    const touchAgainAt = (row.lastUsedAt?.getTime() ?? Number.NEGATIVE_INFINITY) + touchEveryMs
    const found = { caller: callerOf(row), until: now + rememberMs, touchAgainAt }
    remembered.set(hash, found)
    return found
  }

  return {
    async authenticate(key) {
      const now = clock.now().getTime()
      const hash = hashToken(key)
      const known = remembered.get(hash)
      const entry = known && known.until > now ? known : await lookUp(hash, now)
      if (entry.touchAgainAt <= now) {
        entry.touchAgainAt = now + touchEveryMs
        await touchKey(db, entry.caller.keyId, new Date(now), new Date(now - touchEveryMs + 1))
      }
      return entry.caller
    },
    forget(keyId) {
      for (const [hash, { caller }] of remembered) if (caller.keyId === keyId) remembered.delete(hash)
    },
  }
}

function callerOf(row: ApiKey): Caller {
  return { projectId: row.projectId, operatorId: row.operatorId, keyId: row.id, access: accessOf(row.scopes) }
}

/** The widest of a key's scopes. */
export function accessOf(scopes: readonly string[]): Access {
  if (scopes.includes('admin')) return 'admin'
  return scopes.includes('write') ? 'write' : 'read'
}
