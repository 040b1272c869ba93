import { setResponsible } from '../../contacts/set-responsible.ts'
import { assignConversation } from '../../conversations/assign-conversation.ts'
import type { Conversation } from '../../conversations/conversation.ts'
import type { Database, Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { type Route, route } from '../../team/route.ts'
import { removeOperator } from '../../team/team.schemas.ts'
import { assignDeal } from '../assign-deal.ts'
import { lockClient } from './client.ts'
import { createRule } from './create-rule.ts'
import { deleteRule } from './delete-rule.ts'
import { distribute } from './distribute.ts'
import * as calls from './distribution.schemas.ts'
import { listRules } from './distribution.store.ts'
import { getRule } from './get-rule.ts'
import { takeOutOperator } from './take-out-operator.ts'
import { updateRule } from './update-rule.ts'

/** The calls about who has which conversation, contact and deal. */
export function distributionRoutes(db: Database): Route[] {
  return [
    route(calls.getRules, ({ context, query }) => listRules(db, context.projectId, query)),
    route(calls.postRule, ({ context, body }) => db.transaction((tx) => createRule(tx, context, body))),
    route(calls.getRuleById, ({ context, params }) => getRule(db, context.projectId, params.id)),
    route(calls.patchRule, ({ context, params, body }) =>
      db.transaction((tx) => updateRule(tx, context, { ...body, ruleId: params.id })),
    ),
    route(calls.removeRule, ({ context, params }) =>
      db.transaction((tx) => deleteRule(tx, context, { ruleId: params.id })),
    ),

    route(calls.postDistribute, async ({ context, params, body }) => {
      const client = { contactId: null, conversationId: params.id }
      const operator = await db.transaction((tx) => distribute(tx, context, client, { name: body.rule }))
      return { operatorId: operator?.id ?? null }
    }),
    route(calls.postDistributeDeal, async ({ context, params, body }) => {
      const client = { contactId: null, conversationId: null, dealId: params.id }
      const operator = await db.transaction((tx) => distribute(tx, context, client, { name: body.rule }))
      return { operatorId: operator?.id ?? null }
    }),
    route(calls.putAssignee, ({ context, params, body }) =>
      db.transaction((tx) => assign(tx, context, { ...body, conversationId: params.id })),
    ),
    route(removeOperator, ({ context, params }) => db.transaction((tx) => takeOutOperator(tx, context, params.id))),
  ]
}

/** Gives a conversation to an operator or takes it from everybody, with contact and deal where that is asked. */
async function assign(
  tx: Tx,
  context: WorkContext,
  input: { conversationId: number; operatorId: number | null; withContact: boolean; withDeal: boolean },
): Promise<Conversation> {
  const { conversationId, operatorId, withContact, withDeal } = input
  const { deal, contactId } = await lockClient(tx, context.projectId, { contactId: null, conversationId })
  const conversation = await assignConversation(tx, context, { conversationId, operatorId })
  if (withDeal && deal) await assignDeal(tx, context, { dealId: deal.deal.id, operatorId })
  if (withContact && contactId !== null) await setResponsible(tx, context, { contactId, operatorId })
  return conversation
}
