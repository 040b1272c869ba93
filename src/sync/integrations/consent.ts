import type { Database } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { randomToken } from '../../platform/ids.ts'
import { hashToken, sameSecret } from '../../platform/secrets.ts'
import type { CrmAdapter } from '../crm.ts'
import type { Integration } from './integration.ts'
import { findIntegration, readState, takeState, writeState } from './integrations.store.ts'
import { noteCondition } from './note-condition.ts'

/** How long the owner of an account may take to agree, in milliseconds. */
const patienceMs = 30 * 60_000
const stateName = 'consent'

/** The vendor sends the owner of an account back to this place of ours. */
export const callbackPath = '/integrations/callback'

/**
 * The address at which the owner of the account agrees. It counts for half an hour and once, and only the one that was asked for last: what
 * comes back to our callback bears a word that is known to nobody else. Null where the adapter asks for no consent.
 */
export async function askConsent(
  db: Database,
  { id: integrationId }: Integration,
  { adapter, callbackUrl, now }: { adapter: CrmAdapter; callbackUrl: string; now: Date },
): Promise<string | null> {
  if (!adapter.consent) return null
  const word = randomToken('cs')
  const value = `${hashToken(word)} ${now.getTime() + patienceMs}`
  await writeState(db, { integrationId, name: stateName, value, now })
  const error = 'The owner of the account has to agree: open the address that connecting gave.'
  await noteCondition(db, integrationId, { state: 'connecting', error }, now)
  return adapter.consent.address(`${integrationId}.${word}`, callbackUrl)
}

/**
 * The integration for which the owner of an account comes back; the word is used up. Throws `forbidden` for one that we did not give, that
 * was used, or whose time is over.
 */
export async function takeConsent(db: Database, state: string, now: Date): Promise<Integration> {
  const [, id, word] = /^(\d{1,15})\.(cs_[\w-]{24})$/.exec(state) ?? []
  const integrationId = Number(id)
  const value = word === undefined ? undefined : await readState(db, integrationId, stateName)
  const [hash, until] = value?.split(' ') ?? []
  if (word === undefined || value === undefined || !sameSecret(hash!, hashToken(word))) throw refused()
  // Taken by one only, should it come twice.
  if (!(await takeState(db, { integrationId, name: stateName, value }))) throw refused()
  const integration = await findIntegration(db, integrationId)
  if (!integration || Number(until) <= now.getTime()) throw refused()
  return integration
}

function refused(): AppError {
  return new AppError(
    'forbidden',
    'This answer belongs to no request of ours, was given before, or came too late. Connect the integration again.',
  )
}
