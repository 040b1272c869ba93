import type { z } from 'zod'
import { createDeal } from '../../../crm/create-deal.ts'
import { getDeal } from '../../../crm/get-deal.ts'
import { moveDeal } from '../../../crm/move-deal.ts'
import { setDealStatus } from '../../../crm/set-deal-status.ts'
import { updateDeal } from '../../../crm/update-deal.ts'
import type { Actions } from '../../actions.ts'
import { merge, type Step } from './step.ts'

/** What a step does to deals. */
export function dealActions(
  step: Step,
): Pick<Actions, 'createDeal' | 'moveDeal' | 'setDealStatus' | 'setDealVariables'> {
  const { context, state, record, work } = step
  const { tx, writes } = context
  return {
    async createDeal(input) {
      await step.guard()
      const deal = await createDeal(tx, work, {
        ...input,
        variables: asJson(input.variables),
        contactId: step.contactId(),
        conversationId: state.run.conversationId,
      })
      state.deal = await getDeal(tx, work.projectId, deal.id)
      state.run.dealId = deal.id
      if (deal.sendingChannelId) state.run.sendingChannelId = deal.sendingChannelId
      if (state.run.conversationId) writes.conversation(state.run.conversationId).dealId = deal.id
      record.deal = { id: deal.id, number: deal.number, name: deal.name }
      return deal
    },
    async moveDeal(input) {
      await step.guard()
      const deal = await moveDeal(tx, work, { dealId: step.dealId(), ...input })
      await step.rereadDeal()
      record.stage = input.stage
      return deal
    },
    async setDealStatus(status) {
      await step.guard()
      const deal = await setDealStatus(tx, work, { dealId: step.dealId(), status })
      await step.rereadDeal()
      record.dealStatus = status
      return deal
    },
    async setDealVariables(variables) {
      await step.guard()
      await updateDeal(tx, work, { dealId: step.dealId(), variables: asJson(variables) })
      await step.rereadDeal()
      merge(record, 'dealVariables', variables)
    },
  }
}

/** Values as JSON holds them: a flow's variables may come from anywhere. */
function asJson(variables: Record<string, unknown>): Record<string, z.core.util.JSONType> {
  return JSON.parse(JSON.stringify(variables))
}
