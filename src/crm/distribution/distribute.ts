import { getContact } from '../../contacts/get-contact.ts'
import { countOpenAssigned, insertWaiting, lastAssignedOf } from '../../conversations/assignments.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import { availableOperators } from '../../team/available-operators.ts'
import type { WorkContext } from '../../team/context.ts'
import type { Operator } from '../../team/operator.ts'
import { recordWork } from '../../team/record-work.ts'
import { type Client, type LockedClient, lockClient } from './client.ts'
import { countOpenDeals, updateTurns } from './distribution.store.ts'
import { ruleForUpdate, type WantedRule } from './find-rule.ts'
import { giveClient } from './give-client.ts'
import type { Rule } from './rule.ts'
import { takeTurn } from './take-turn.ts'

/**
 * Gives a client to an operator by a rule of distribution, whoever had it before. When nobody of the rule is available, a
 * conversation or deal that nobody has stays so, and is given out as soon as somebody is there. Gives the operator, undefined
 * when there was nobody. The rule's turns are locked until the transaction ends, so that two at once take different ones.
 * Throws `not_found`.
 */
export async function distribute(
  tx: Tx,
  context: WorkContext,
  client: Client,
  wanted: WantedRule = {},
): Promise<Operator | undefined> {
  const { projectId, now } = context
  const locked = await lockClient(tx, projectId, client)
  const rule = await ruleForUpdate(tx, projectId, locked, wanted, now)
  const available = (await availableOperators(tx, projectId, now)).filter(
    ({ id }) => rule.operatorIds === null || rule.operatorIds.includes(id),
  )
  const known = rule.sticky ? await operatorBefore(tx, projectId, locked) : undefined
  const again = available.find(({ id }) => id === known)
  const operator = again ?? (await nextOperator(tx, rule, available))
  if (!operator) {
    await lineUp(tx, context, locked, rule)
    return undefined
  }
  await giveClient(tx, context, locked, {
    operatorId: operator.id,
    withContact: rule.withContact,
    withDeal: rule.withDeal,
    why: { rule: { id: rule.id, name: rule.name }, ...(again && { sticky: true as const }) },
  })
  return operator
}

/** Who had the contact before: responsible now, or the last one who was given a conversation with them. */
async function operatorBefore(
  tx: Tx,
  projectId: number,
  { contactId, conversation }: LockedClient,
): Promise<number | undefined> {
  if (conversation?.assigneeId) return conversation.assigneeId
  if (contactId === null) return undefined
  const { responsibleId } = await getContact(tx, projectId, contactId)
  return responsibleId ?? (await lastAssignedOf(tx, contactId))
}

/** Takes the rule's next turn. */
async function nextOperator(tx: Tx, rule: Rule, available: Operator[]): Promise<Operator | undefined> {
  const ids = rule.method === 'least_busy' ? available.map(({ id }) => id) : []
  const conversations = await countOpenAssigned(tx, ids)
  const deals = await countOpenDeals(tx, ids)
  const candidates = available.map(({ id, share }) => ({
    id,
    share,
    conversations: conversations.get(id) ?? 0,
    deals: deals.get(id) ?? 0,
  }))
  const turn = takeTurn(rule.method, candidates, rule.turns)
  if (!turn) return undefined
  await updateTurns(tx, rule.id, turn.turns)
  return available.find(({ id }) => id === turn.id)
}

/** What nobody has waits for somebody to be there; recorded once. */
async function lineUp(tx: Tx, context: WorkContext, { conversation, deal, contactId }: LockedClient, rule: Rule) {
  const { projectId, now: since } = context
  const why = { rule: { id: rule.id, name: rule.name } }
  if (conversation) {
    if (conversation.assigneeId !== null) return
    const conversationId = conversation.id
    if (await insertWaiting(tx, { projectId, ruleId: rule.id, since, conversationId }))
      await recordWork(tx, context, 'conversation.waiting_for_operator', { contactId, conversationId }, why)
  } else if (deal && deal.deal.responsibleId === null) {
    const dealId = deal.deal.id
    if (await insertWaiting(tx, { projectId, ruleId: rule.id, since, dealId }))
      await recordWork(tx, context, 'deal.waiting_for_operator', { contactId, dealId }, why)
  }
}
