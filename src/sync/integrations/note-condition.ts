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
 * wants a person: that it is stopped, fails, or has to rest for a minute or more. Something that worked, begun before a pause, does not
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
  if (isDeepStrictEqual(integration.condition, condition)) return true
  const rests = integration.pausedUntil !== null && integration.pausedUntil > now
  return condition.state === 'working' && rests
}

async function note(tx: Tx, integration: Integration, condition: CrmCondition, now: Date): Promise<boolean> {
  const { id: integrationId, name, projectId } = integration
  const until = condition.state === 'paused' && condition.until !== undefined ? new Date(condition.until) : null
  await updateIntegrationRow(tx, integrationId, { condition, pausedUntil: until })
  const from = integration.condition?.state ?? 'working'
  const to = condition.state
  const context: WorkContext = { projectId, now, by: { kind: 'integration', id: integrationId } }
  if (isLong(until, now) ? !isLong(integration.pausedUntil, now) : to !== from) {
    const text = noticeText(name, condition, isLong(until, now))
    if (text) await tellOperators(tx, context, { kind: 'integration', text })
  }
  if (from === to || to === 'connecting') return false
  const { error = null, until: untilText = null } = condition
  const data = { integrationId, name, from, to, error, until: untilText }
  await recordWork(tx, context, 'integration.condition_changed', {}, data)
  return true
}

function isLong(until: Date | null, now: Date): boolean {
  return until !== null && until.getTime() - now.getTime() >= longPauseMs
}

function noticeText(name: string, { state, error, until }: CrmCondition, long: boolean): string | undefined {
  const why = error ? `: ${error}` : '.'
  if (state === 'stopped') return `🔌 The integration "${name}" is stopped${why}`
  if (state === 'failing') return `🔌 The integration "${name}" fails${why}`
  if (state === 'paused' && long) return `🔌 The integration "${name}" rests until ${until}${why}`
  return undefined
}
