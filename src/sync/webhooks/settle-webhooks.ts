import { recordChange } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { AttemptResult } from '../../platform/deliveries/delivery.ts'
import { lockWebhook, updateWebhookRow } from './webhooks.store.ts'

const patienceMs = 5 * 86_400_000

/** Writes what attempts tell of their subscriptions: that they fail, since when, or for good. */
export async function settleWebhooks(tx: Tx, results: AttemptResult[]): Promise<void> {
  const bySubscription = Map.groupBy(results.filter(saysSomething), ({ delivery }) => delivery.subjectId)
  for (const id of [...bySubscription.keys()].sort((a, b) => a - b)) await settle(tx, bySubscription.get(id)!)
}

/** Whether an attempt reached out at all: one that found its subscription switched off did not. */
function saysSomething({ attempt }: AttemptResult): boolean {
  return attempt.result !== undefined && 'status' in attempt.result
}

async function settle(tx: Tx, results: AttemptResult[]): Promise<void> {
  const { projectId, subjectId } = results[0]!.delivery
  const webhook = await lockWebhook(tx, projectId, subjectId)
  if (!webhook?.enabled) return
  let { failingSince } = webhook
  for (const { attempt, startedAt } of results) {
    failingSince = attempt.outcome === 'sent' ? null : (failingSince ?? startedAt)
    const reason = reasonToStop(attempt, failingSince, startedAt)
    if (!reason) continue
    await updateWebhookRow(tx, subjectId, {
      enabled: false,
      disabledReason: reason,
      failingSince,
      updatedAt: startedAt,
    })
    const data = { webhookId: subjectId, name: webhook.name, reason, by: { kind: 'system' } }
    await recordChange(tx, { projectId, kind: 'webhook.disabled', data, at: startedAt })
    return
  }
  if (failingSince?.getTime() !== webhook.failingSince?.getTime())
    await updateWebhookRow(tx, subjectId, { failingSince })
}

function reasonToStop(attempt: AttemptResult['attempt'], failingSince: Date | null, at: Date): string | undefined {
  if (attempt.outcome === 'sent') return undefined
  if (attempt.result?.status === 410) return 'The receiver answered 410: it wants to hear no more.'
  if (!failingSince || at.getTime() - failingSince.getTime() < patienceMs) return undefined
  return `Every attempt since ${failingSince.toISOString()} failed, the last one with: ${attempt.error}`
}
