import type { Tx } from '../../platform/database/database.ts'
import { runTogether } from '../../platform/database/statement.ts'
import { insertDeliveries } from '../../platform/deliveries/deliveries.store.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { readProject } from '../../team/read-project.ts'
import type { ChangePayload } from './change-payload.ts'
import { webhookQueue } from './deliver-changes.ts'
import { getWebhook } from './get-webhook.ts'
import { drawDeliveryIds } from './webhook-deliveries.store.ts'

/**
 * Puts a delivery of the kind `webhook.test` into the queue of a subscription, whatever it wants to hear of; it is signed and
 * tried like all others. Wake the queue after the commit. Throws `not_found`, and `conflict` while it is switched off.
 */
export async function testWebhook(
  tx: Tx,
  context: WorkContext,
  input: { webhookId: number },
): Promise<{ deliveryId: number }> {
  const { projectId, now } = context
  const webhook = await getWebhook(tx, projectId, input.webhookId)
  if (!webhook.enabled)
    throw new AppError('conflict', `The webhook "${webhook.name}" is switched off; switch it on first.`)
  const project = await readProject(tx, projectId)
  const [id] = await drawDeliveryIds(tx, 1)
  const payload: ChangePayload = {
    id: `test_${id}`,
    type: 'webhook.test',
    version: 1,
    at: now.toISOString(),
    project: { id: projectId, name: project.name },
    data: { contact: null, deal: null, conversation: null, change: { by: context.by } },
  }
  await runTogether(tx, [
    insertDeliveries(
      [
        {
          id: id!,
          projectId,
          queue: webhookQueue,
          lane: `webhook:${webhook.id}:test`,
          kind: 'webhook',
          subjectId: webhook.id,
          payload,
          status: 'pending',
          attempts: 0,
          dueAt: now,
          doubtful: false,
        },
      ],
      '',
      now,
    ),
  ])
  return { deliveryId: id! }
}
