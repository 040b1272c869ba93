import { getContact } from '../../../contacts/get-contact.ts'
import { unreadAfter } from '../../../conversations/add-unread.ts'
import { getConversation } from '../../../conversations/get-conversation.ts'
import { assignClient } from '../../../crm/distribution/assign-client.ts'
import type { Client } from '../../../crm/distribution/client.ts'
import { distribute } from '../../../crm/distribution/distribute.ts'
import { releaseClient } from '../../../crm/distribution/release-client.ts'
import type { Actions } from '../../actions.ts'
import { type Dialogue, knownDialogue } from '../dialogue.ts'
import { keepContact, type Step } from './step.ts'

/** Whose client a step makes the contact, and what it lets people see as unread. */
export function operatorActions(
  step: Step,
): Pick<Actions, 'distribute' | 'assignOperator' | 'releaseClient' | 'markUnread' | 'addUnread' | 'clearUnread'> {
  const { context, state, record, work } = step
  const { tx, writes } = context

  /** The client of the run, made ready to be written at once. */
  async function client(): Promise<Client> {
    if (state.run.contactId === null) await step.guard()
    else await step.guardContact()
    const dialogue = await knownDialogue(context, state)
    return {
      contactId: state.run.contactId,
      conversationId: dialogue?.conversation.id ?? null,
      dealId: state.deal?.deal.id ?? null,
    }
  }

  /** The following steps see who has what now. */
  async function reread({ contactId, conversationId, dealId }: Client): Promise<void> {
    if (contactId !== null) keepContact(context, await getContact(tx, work.projectId, contactId))
    const dialogue = conversationId === null ? undefined : await knownDialogue(context, state)
    if (dialogue) {
      const { assigneeId } = await getConversation(tx, work.projectId, dialogue.conversation.id)
      dialogue.conversation.assigneeId = assigneeId
    }
    if (dealId) await step.rereadDeal()
  }

  /**
   * Sets what is unread in the run's conversation. The messages of the batch are counted at its end, on top of what stands in
   * the database, whose thread is locked: so what is written is the difference.
   */
  async function setUnread(unreadOf: (dialogue: Dialogue, before: number) => number): Promise<void> {
    if (state.run.conversationId !== context.thread.conversation?.id) await step.guard()
    const dialogue = await knownDialogue(context, state)
    if (!dialogue) return
    const { conversation } = dialogue
    const patch = writes.conversation(conversation.id)
    const before = conversation.unread + patch.unread
    const unread = unreadOf(dialogue, before)
    record.unread = unread
    if (unread === before) return
    patch.unread = unread - conversation.unread
    writes.changes.push({
      projectId: work.projectId,
      kind: unread === 0 ? 'conversation.read' : 'conversation.marked_unread',
      contactId: conversation.contactId,
      conversationId: conversation.id,
      data: unread === 0 ? { unread: before, by: work.by } : { from: before, to: unread, by: work.by },
      at: context.now,
    })
  }

  return {
    async distribute(rule) {
      const whose = await client()
      const operator = await distribute(tx, work, whose, { name: rule })
      await reread(whose)
      record.operator = operator?.name ?? null
      return operator
    },
    async assignOperator(input) {
      const whose = await client()
      const operator = await assignClient(tx, work, whose, input)
      await reread(whose)
      record.operator = operator?.name ?? null
      return operator
    },
    async releaseClient() {
      const whose = await client()
      await releaseClient(tx, work, whose)
      await reread(whose)
      record.released = true
    },
    async markUnread() {
      let written = false
      await setUnread(({ conversation }, before) => {
        written = conversation.lastInboundAt !== null
        return written ? Math.max(1, before) : before
      })
      return written
    },
    async addUnread(count) {
      await setUnread((_, before) => unreadAfter(before, count))
    },
    async clearUnread() {
      await setUnread(() => 0)
    },
  }
}
