import { getContact } from '../contacts/get-contact.ts'
import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { setFlowBlocked } from './engine/runs.store.ts'
import { getFlow } from './get-flow.ts'

/** Lets a contact, or a group conversation, start and move a flow again in which a block kept it out. Throws `not_found`. */
export async function liftFlowBlock(
  tx: Tx,
  context: WorkContext,
  input: { flowId: number; subject: { contactId: number } | { conversationId: number } },
): Promise<void> {
  const { projectId, now } = context
  const flow = await getFlow(tx, projectId, input.flowId)
  const { subject } = input
  const subjectId =
    'contactId' in subject ? (await getContact(tx, projectId, subject.contactId)).id : -subject.conversationId
  await setFlowBlocked(tx, { projectId, flowId: flow.id, subjectId, now }, false)
  await recordWork(tx, context, 'flow.block_lifted', subject, { flowId: flow.id, name: flow.name })
}
