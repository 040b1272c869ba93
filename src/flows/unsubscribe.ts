import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { removeSubscriber } from './subscribers.store.ts'

/** Whom a flow is to lose: a contact, or (without a contact) a group conversation. */
export interface Unsubscription {
  flow: { id: number; name: string }
  contactId: number | null
  conversationId: number | null
}

/** A contact or a group belongs to a flow no more; one that did not changes and records nothing. */
export async function unsubscribe(tx: Tx, context: WorkContext, input: Unsubscription): Promise<void> {
  const { flow, contactId, conversationId } = input
  const subjectId = contactId ?? -conversationId!
  const was = await removeSubscriber(tx, { projectId: context.projectId, flowId: flow.id, subjectId })
  if (was)
    await recordWork(
      tx,
      context,
      'flow.unsubscribed',
      { contactId, conversationId },
      { flowId: flow.id, name: flow.name },
    )
}
