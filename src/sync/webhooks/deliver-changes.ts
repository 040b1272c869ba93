import type { RecordedChange } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database/database.ts'
import { runTogether } from '../../platform/database/statement.ts'
import { insertDeliveries } from '../../platform/deliveries/deliveries.store.ts'
import type { DeliveryDraft } from '../../platform/deliveries/delivery.ts'
import { readChangeSubjects } from '../change-subjects.store.ts'
import { changePayload } from './change-payload.ts'
import { type Webhook, wantsChange } from './webhook.ts'
import { drawDeliveryIds } from './webhook-deliveries.store.ts'
import { readEnabledWebhooks } from './webhooks.store.ts'

/** The queue that webhooks wait in; also the name of the lease of the process that sends them. */
export const webhookQueue = 'webhooks'

/** Makes a delivery of each change for each subscription that wants it. Gives how many there are. */
export async function deliverChanges(tx: Tx, changes: RecordedChange[], now: Date): Promise<number> {
  const webhooks = await readEnabledWebhooks(tx, [...new Set(changes.map((change) => change.projectId))])
  const wanted = changes.flatMap((change) =>
    webhooks
      .filter((webhook) => webhook.projectId === change.projectId && wantsChange(webhook.kinds, change.kind))
      .map((webhook) => ({ change, webhook })),
  )
  if (wanted.length === 0) return 0

  const subjects = await readChangeSubjects(tx, [...new Set(wanted.map(({ change }) => change))], now)
  const ids = await drawDeliveryIds(tx, wanted.length)
  const drafts = wanted.map(
    ({ change, webhook }, index): DeliveryDraft => ({
      id: ids[index]!,
      projectId: change.projectId,
      queue: webhookQueue,
      lane: laneOf(webhook, change),
      kind: 'webhook',
      subjectId: webhook.id,
      payload: changePayload(change, subjects),
      status: 'pending',
      attempts: 0,
      dueAt: now,
      doubtful: false,
    }),
  )
  await runTogether(tx, [insertDeliveries(drafts, '', now)])
  return drafts.length
}

/** A receiver hears of one deal, or one contact, in order; what is slow there holds up nothing else. */
function laneOf(webhook: Webhook, change: RecordedChange): string {
  const lane = `webhook:${webhook.id}`
  if (change.dealId) return `${lane}:deal:${change.dealId}`
  if (change.contactId) return `${lane}:contact:${change.contactId}`
  if (change.conversationId) return `${lane}:conversation:${change.conversationId}`
  return `${lane}:project:${change.projectId}`
}
