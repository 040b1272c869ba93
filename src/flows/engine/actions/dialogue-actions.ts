import { updateDeal } from '../../../crm/update-deal.ts'
import type { Actions } from '../../actions.ts'
import { dialogueOf, knownDialogue, say } from '../dialogue.ts'
import { append, type Step } from './step.ts'

/** What a step says, and whether people take over. */
export function dialogueActions(step: Step): Pick<Actions, 'say' | 'showTyping' | 'handOver'> {
  const { context, state, blockId, record, work } = step
  const { tx, writes } = context
  let typing = false
  return {
    async say(content) {
      if (!state.run.conversationId || state.run.conversationId !== context.thread.conversation?.id) await step.guard()
      const message = say(context, await dialogueOf(context, state), { runId: state.run.id, blockId }, content, typing)
      typing = false
      append(
        record,
        'said',
        message.text === '' ? (content.parts ?? []).map((part) => part.type).join(', ') : message.text,
      )
    },
    async showTyping() {
      typing = true
    },
    async handOver() {
      await step.guard()
      const dialogue = await knownDialogue(context, state)
      if (dialogue) {
        dialogue.conversation.mode = 'manual'
        writes.conversation(dialogue.conversation.id).mode = 'manual'
        writes.changes.push({
          projectId: work.projectId,
          kind: 'conversation.mode_changed',
          contactId: state.run.contactId,
          conversationId: dialogue.conversation.id,
          dealId: state.deal?.deal.id ?? null,
          data: { mode: 'manual', by: work.by },
          at: context.now,
        })
      }
      if (state.deal) {
        await updateDeal(tx, work, { dealId: step.dealId(), manual: true })
        await step.rereadDeal()
      }
      record.handedOver = true
    },
  }
}
