import { tellOperators } from '../../crm/notices/tell-operators.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { AttemptResult } from '../../platform/deliveries/delivery.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { lockWebhook, updateWebhookRow } from './webhooks.store.ts'

const patienceMs = 5 * 86_400_000
/** A failure long ago and one now are no outage, where nothing was sent in between: the present one has to have lasted for half an hour. */
const fewestAttempts = 4

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
  for (const result of results) {
    const { attempt, startedAt } = result
    failingSince = attempt.outcome === 'sent' ? null : (failingSince ?? startedAt)
    const reason = reasonToStop(result, failingSince)
    if (!reason) continue
    await updateWebhookRow(tx, subjectId, {
      enabled: false,
      disabledReason: reason,
      failingSince,
      updatedAt: startedAt,
    })
    await tellDisabled(tx, { projectId, now: startedAt, by: { kind: 'system' } }, { ...webhook, reason })
    return
  }
  if (failingSince?.getTime() !== webhook.failingSince?.getTime())
    await updateWebhookRow(tx, subjectId, { failingSince })
}

async function tellDisabled(
  tx: Tx,
  context: WorkContext,
  { id, name, reason }: { id: number; name: string; reason: string },
): Promise<void> {
  await recordWork(tx, context, 'webhook.disabled', {}, { webhookId: id, name, reason })
  const text = `The webhook "${name}" was switched off. ${reason} What waits for it is sent when it is switched on again.`
  await tellOperators(tx, context, { kind: 'webhook', text })
}

function reasonToStop({ delivery, attempt, startedAt }: AttemptResult, failingSince: Date | null): string | undefined {
  if (attempt.outcome === 'sent') return undefined
  if (attempt.result?.status === 410) return 'The receiver answered 410: it wants to hear no more.'
  if (!failingSince || startedAt.getTime() - failingSince.getTime() < patienceMs) return undefined
  if (attempt.outcome === 'retry' && delivery.attempts < fewestAttempts) return undefined
  return `Every attempt since ${failingSince.toISOString()} failed, the last one with: ${attempt.error}`
}
