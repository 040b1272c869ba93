import { isDeepStrictEqual } from 'node:util'
import type { Database, Tx } from '../../platform/database/database.ts'
import { AppError, type Fault, messageOf } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import type { CrmAdapter, CrmLists } from '../crm.ts'
import { checkMapping } from '../mapping/check-mapping.ts'
import { defaultMapping } from '../mapping/default-mapping.ts'
import { emptyMapping } from '../mapping/mapping.ts'
import { readOurSide } from '../mapping/our-side.store.ts'
import { askConsent } from './consent.ts'
import { getIntegration } from './get-integration.ts'
import type { Integration } from './integration.ts'
import { lockIntegration, updateIntegrationRow } from './integrations.store.ts'
import { noteCondition } from './note-condition.ts'

/** What connecting came to: a connected integration, or the address at which the owner of the account has to agree first. */
export interface Connected {
  integration: Integration
  consentUrl: string | null
  /** What of its mapping the account cannot keep: it was kept before that could be known. */
  mappingFaults: Fault[]
}

/**
 * Checks an integration's account, makes its vendor send to us, and reads what the account has to choose from. One that has no mapping yet
 * gets the usual one; of another, what the account cannot keep is told. The vendor is asked outside of any transaction; what it refuses is
 * noted as the condition and thrown. Where the owner of the account can be asked to let us in, nothing is thrown: they are sent to
 * `callbackUrl` afterwards (not asked again where that is absent).
 */
export async function connectIntegration(
  db: Database,
  context: WorkContext,
  { integrationId, callbackUrl }: { integrationId: number; callbackUrl?: string },
  adapterOf: (integrationId: number) => CrmAdapter,
  signal: AbortSignal,
): Promise<Connected> {
  const before = await getIntegration(db, context.projectId, integrationId)
  if (!before.enabled) {
    const message = `The integration "${before.name}" is switched off; switch it on before it is connected.`
    throw new AppError('conflict', message)
  }
  try {
    const adapter = adapterOf(integrationId)
    const account = await tryToConnect(adapter, callbackUrl !== undefined, signal)
    if (account === undefined) {
      const consentUrl = await askConsent(db, before, { adapter, callbackUrl: callbackUrl!, now: context.now })
      const integration = await getIntegration(db, context.projectId, integrationId)
      return { integration, consentUrl, mappingFaults: [] }
    }
    const lists = await adapter.lists(signal)
    const connected = await db.transaction((tx) => noteConnected(tx, context, integrationId, { account, lists }))
    return { ...connected, consentUrl: null }
  } catch (error) {
    await noteFailure(db, before, error, context.now)
    throw error
  }
}

/** What the account is called; undefined when its owner has to be asked. */
async function tryToConnect(adapter: CrmAdapter, mayAsk: boolean, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await adapter.connect(signal)).account
  } catch (error) {
    const asks = mayAsk && adapter.consent && error instanceof AppError && error.code === 'unauthenticated'
    if (asks) return undefined
    throw error
  }
}

async function noteFailure(db: Database, before: Integration, error: unknown, now: Date): Promise<void> {
  const state = error instanceof AppError && error.code === 'unauthenticated' ? 'stopped' : 'failing'
  const condition = { state, error: messageOf(error) } as const
  // Whoever connects for the first time sees the answer; the others need not be told.
  const since = now.toISOString()
  if (before.account === null) await updateIntegrationRow(db, before.id, { condition: { ...condition, since } })
  else await noteCondition(db, before.id, condition, now)
}

async function noteConnected(
  tx: Tx,
  context: WorkContext,
  integrationId: number,
  { account, lists }: { account: string; lists: CrmLists },
): Promise<Omit<Connected, 'consentUrl'>> {
  const before = await lockIntegration(tx, integrationId)
  if (!before) throw new AppError('gone', 'The integration was removed while it was being connected.')
  const side = await readOurSide(tx, context.projectId)
  const isNew = before.account === null && isDeepStrictEqual(before.mapping, emptyMapping)
  const mapping = isNew ? defaultMapping(lists, side) : before.mapping
  const connected = await updateIntegrationRow(tx, integrationId, {
    account,
    lists,
    listsAt: context.now,
    mapping,
    condition: { state: 'working', since: context.now.toISOString() },
    pausedUntil: null,
    updatedAt: context.now,
  })
  await recordWork(tx, context, 'integration.connected', {}, { integrationId, name: before.name, account })
  return { integration: connected!, mappingFaults: checkMapping(mapping, lists, side) }
}
