import { AppError } from '../platform/errors.ts'
import type { Operation } from '../platform/http/operation.ts'
import type { Keyring } from '../team/authenticate-key.ts'
import type { Caller } from '../team/route.ts'

const includes = { read: ['read'], write: ['read', 'write'], admin: ['read', 'write', 'admin'] } as const

/** Finds out who calls, by the header Authorization. Throws `unauthenticated`, and `forbidden` where the key's access is too small. */
export async function authenticate(keyring: Keyring, operation: Operation, request: Request): Promise<Caller> {
  const header = request.headers.get('authorization')
  const key = header?.match(/^Bearer +(\S+)$/i)?.[1]
  if (!key) {
    throw new AppError(
      'unauthenticated',
      'There is no API key; expected a header such as "Authorization: Bearer pk_…".',
    )
  }
  const caller = await keyring.authenticate(key)
  if ((includes[caller.access] as readonly string[]).includes(operation.access)) return caller
  throw new AppError(
    'forbidden',
    `This API key has ${caller.access} access; ${operation.id} needs ${operation.access}. Use another key.`,
  )
}
