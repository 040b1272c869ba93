import { randomBytes } from 'node:crypto'
import type { Tx } from '../../platform/database/database.ts'
import { hashToken } from '../../platform/secrets.ts'
import type { WorkContext } from '../context.ts'
import { recordWork } from '../record-work.ts'
import { personForUpdate } from './link-identity.ts'
import { putLinkCode } from './operator-identities.store.ts'

export interface LinkCode {
  /** Ten letters and digits with a hyphen in the middle. */
  code: string
  expiresAt: Date
}

const lifeMs = 15 * 60_000
/** 32 characters that nobody takes for one another. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/**
 * Makes a code which the operator sends from an account to link it: it counts once, within 15 minutes, and takes the place
 * of an earlier one. Only its hash is kept. Throws `not_found`, and `conflict` for a service operator.
 */
export async function createLinkCode(tx: Tx, context: WorkContext, operatorId: number): Promise<LinkCode> {
  const { projectId, now } = context
  const operator = await personForUpdate(tx, projectId, operatorId)
  const letters = Array.from(randomBytes(10), (byte) => alphabet[byte % alphabet.length]).join('')
  const expiresAt = new Date(now.getTime() + lifeMs)
  await putLinkCode(tx, { operatorId: operator.id, projectId, hash: hashLinkCode(letters), expiresAt })
  await recordWork(tx, context, 'operator.link_code_created', {}, { operatorId: operator.id, name: operator.name })
  return { code: `${letters.slice(0, 5)}-${letters.slice(5)}`, expiresAt }
}

/** What is kept of a code; hyphens, spaces and the case play no part. */
export function hashLinkCode(code: string): string {
  return hashToken(code.replaceAll(/[\s_-]/g, '').toUpperCase())
}
