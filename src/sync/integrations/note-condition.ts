import { isDeepStrictEqual } from 'node:util'
import { tellOperators } from '../../crm/notices/tell-operators.ts'
import type { Database, Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import type { CrmCondition } from '../crm.ts'
import type { Integration } from './integration.ts'
import { findIntegration, lockIntegration, updateIntegrationRow } from './integrations.store.ts'

/** Shorter pauses come and go by themselves; nobody has to know. */
const longPauseMs = 60_000

/**
 * Notes how an integration fares. When it begins to fail, is paused or stopped, or works again, that is a change; operators are told of what
 * wants a person: that it is stopped, fails, or has to rest for a minute or more, also by short pauses without a success between them. Something that worked, begun before a pause, does not
 * end it. Tells whether a change was recorded.
 */
export async function noteCondition(
  db: Database,
  integrationId: number,
  condition: CrmCondition,
  now: Date,
): Promise<boolean> {
  const known = await findIntegration(db, integrationId)
  if (!known || saysNothing(known, condition, now)) return false
  return db.transaction(async (tx) => {
    const integration = await lockIntegration(tx, integrationId)
    if (!integration || saysNothing(integration, condition, now)) return false
    return note(tx, integration, condition, now)
  })
}

/** Lets an integration rest until a moment: nothing is asked of its vendor before. Tells whether a change was recorded. */
export function pauseIntegration(
  db: Database,
  integrationId: number,
  { until, reason }: { until: Date; reason: string },
  now: Date,
): Promise<boolean> {
  return noteCondition(db, integrationId, { state: 'paused', error: reason, until: until.toISOString() }, now)
}

function saysNothing(integration: Integration, condition: CrmCondition, now: Date): boolean {
  const { since: _, ...before } = integration.condition ?? {}
  if (isDeepStrictEqual(before, condition)) return true
  const rests = integration.pausedUntil !== null && integration.pausedUntil > now
  return condition.state === 'working' && rests
}

async function note(tx: Tx, integration: Integration, condition: CrmCondition, now: Date): Promise<boolean> {
  const { id: integrationId, name, projectId, condition: before } = integration
  const goesOn = before?.state === condition.state
  const after = { ...condition, since: (goesOn && before.since) || now.toISOString() }
  const pausedUntil = after.state === 'paused' && after.until !== undefined ? new Date(after.until) : null
  await updateIntegrationRow(tx, integrationId, { condition: after, pausedUntil })
  const context: WorkContext = { projectId, now, by: { kind: 'integration', id: integrationId } }
  if (wantsPerson(after) && !(goesOn && wantsPerson(before))) {
    await tellOperators(tx, context, { kind: 'integration', text: noticeText(name, after) })
  }
  if (goesOn || after.state === 'connecting') return false
  const data = {
    integrationId,
    name,
    from: before?.state ?? 'working',
    to: after.state,
    error: after.error ?? null,
    until: after.until ?? null,
  }
  if (data.from === data.to) return false
  await recordWork(tx, context, 'integration.condition_changed', {}, data)
  return true
}

function wantsPerson({ state, since, until }: CrmCondition): boolean {
  if (state === 'stopped' || state === 'failing') return true
  const restsFor = since && until ? Date.parse(until) - Date.parse(since) : 0
  return state === 'paused' && restsFor >= longPauseMs
}

function noticeText(name: string, { state, error, until }: CrmCondition): string {
  const what = state === 'paused' ? `rests until ${until}` : state === 'failing' ? 'fails' : 'is stopped'
  return `🔌 The integration "${name}" ${what}${error ? `: ${error}` : '.'}`
}
