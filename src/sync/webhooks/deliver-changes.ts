import type { RecordedChange } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { Log } from '../../platform/log.ts'
import { type ChangeSubjects, readChangeSubjects } from '../change-subjects.store.ts'
import { type ChangePayload, changePayload, fitPayload } from './change-payload.ts'
import { type Webhook, wantsChange } from './webhook.ts'
import { insertWebhookDeliveries, type WebhookDeliveryDraft } from './webhook-deliveries.store.ts'
import { passes } from './webhook-filter.ts'
import { readEnabledWebhooks } from './webhooks.store.ts'

/** Makes a delivery of each change for each subscription that wants it. Gives the subscriptions that something waits for now. */
export async function deliverChanges(tx: Tx, changes: RecordedChange[], now: Date, log: Log): Promise<number[]> {
  const webhooks = await readEnabledWebhooks(tx, [...new Set(changes.map((change) => change.projectId))])
  // The log is in the order in which transactions began. Of one deal that which began first may have waited for the other.
  const inOrder = changes.toSorted((one, other) => one.id - other.id)
  const wanted = inOrder.flatMap((change) => {
    const takers = webhooks.filter(({ projectId, kinds }) => {
      return projectId === change.projectId && wantsChange(kinds, change.kind)
    })
    return takers.length > 0 ? [{ change, takers }] : []
  })
  if (wanted.length === 0) return []

  const subjectsOf = await readChangeSubjects(
    tx,
    wanted.map(({ change }) => change),
    now,
  )
  const drafts = wanted.flatMap(({ change, takers }) => draftsOf(change, takers, subjectsOf(change), log))
  if (drafts.length > 0) await insertWebhookDeliveries(tx, drafts, now)
  return [...new Set(drafts.map(({ webhookId }) => webhookId))]
}

function draftsOf(
  change: RecordedChange,
  takers: Webhook[],
  subjects: ChangeSubjects,
  log: Log,
): WebhookDeliveryDraft[] {
  const payload = changePayload(change, subjects)
  const passing = takers.filter((webhook) => isPassed(webhook, payload, subjects, log))
  if (passing.length === 0) return []
  const fitted = fitPayload(payload)
  return passing.map((webhook) => ({
    projectId: change.projectId,
    webhookId: webhook.id,
    changeId: change.id,
    contactId: subjects.contact?.id ?? change.contactId ?? null,
    dealId: change.dealId ?? null,
    payload: () => fitted,
  }))
}

/** A filter that cannot be worked out for this change lets it pass: better told too much than nothing, and no other may wait for it. */
function isPassed(webhook: Webhook, payload: ChangePayload, { project }: ChangeSubjects, log: Log): boolean {
  try {
    return passes(webhook.filter, payload, project)
  } catch (error) {
    log.warn({ error, webhook: webhook.id, change: payload.id }, 'The filter of a webhook could not be worked out.')
    return true
  }
}
