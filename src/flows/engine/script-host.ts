import { holdContact } from '../../contacts/hold-contact.store.ts'
import { lastInboundOf } from '../../conversations/last-inbound.store.ts'
import { currentDeal, openStatuses } from '../../crm/current-deal.ts'
import { findDeal, type PlacedDeal } from '../../crm/deals.store.ts'
import { AppError } from '../../platform/errors.ts'
import type { CalculatorHost } from '../calculator/host.ts'
import { unsubscribe } from '../unsubscribe.ts'
import { hasPassed, hasVisited } from '../visits.store.ts'
import { contactActions } from './actions/contact-actions.ts'
import { operatorActions } from './actions/operator-actions.ts'
import { keepContact, type Step } from './actions/step.ts'

/** A script calls functions of the house so often at most: each is a trip to the database, and others wait for this step. */
export const mostCalls = 100

/** What a script has done so far, besides what is written already. */
export interface ScriptHost extends CalculatorHost {
  /** The calls that changed something. */
  readonly calls: readonly string[]
  /** The call for which the message of the block is not to be sent. */
  silencedBy(): string | undefined
  /** The client's current deal, as far as it was looked for by `watchDeal`. */
  watchedDeal(): number | undefined
  /** From now on it is known which deal is the current one. */
  watchDeal(): Promise<void>
}

/** The client of a step as scripts see it. */
export function scriptHost(step: Step): ScriptHost {
  const { context, state, work } = step
  const { tx, writes } = context
  const calls: string[] = []
  const silences: string[] = []
  let count = 0
  let watched: { dealId: number | undefined } | undefined
  const act = { ...contactActions(step), ...operatorActions(step) }

  async function current(): Promise<PlacedDeal | undefined> {
    const contactId = step.contactId()
    const { deal } = state
    const isIts = deal?.deal.contactId === contactId && openStatuses.includes(deal.deal.status)
    return isIts ? deal : currentDeal(tx, work.projectId, contactId)
  }
  async function watchDeal(): Promise<void> {
    watched = { dealId: hasClient(step) ? (await current())?.deal.id : undefined }
  }
  async function dealChanged(dealId: number): Promise<void> {
    if (state.deal?.deal.id !== dealId) return
    const deal = await findDeal(tx, work.projectId, dealId)
    if (deal) state.deal = deal
    else forgetDeal(dealId)
  }
  function forgetDeal(dealId: number): void {
    state.deal = undefined
    state.run.dealId = null
    const { conversationId } = state.run
    const patch = conversationId === null ? undefined : writes.conversation(conversationId)
    if (patch?.dealId === dealId) delete patch.dealId
  }

  return {
    tx,
    work,
    act,
    calls,
    contactId: step.contactId,
    conversationId: () => state.run.conversationId,
    silencedBy: () => silences[0],
    watchedDeal: () => watched?.dealId,
    watchDeal,
    async called(name) {
      count++
      if (count > mostCalls)
        throw new AppError('invalid', `the script has called functions such as ${name}() ${mostCalls} times already`)
      if (count > 1 || !hasClient(step)) return
      await holdContact(tx, step.contactId())
      // Who held the contact before may have changed the deal since it was read.
      if (state.deal) await dealChanged(state.deal.deal.id)
    },
    guard: () => (hasClient(step) ? step.guardContact() : step.guard()),
    async did(call) {
      calls.push(call)
      if (watched) await watchDeal()
    },
    keepContact: (contact) => keepContact(context, contact),
    currentDeal: current,
    async useDeal(dealId) {
      state.deal = await findDeal(tx, work.projectId, dealId)
      state.run.dealId = dealId
      if (state.run.conversationId !== null) writes.conversation(state.run.conversationId).dealId = dealId
    },
    dealChanged,
    async lastMessageAt() {
      const contactId = step.contactId()
      const { conversation, contact } = context.thread
      const known = [
        await lastInboundOf(tx, contactId),
        contact?.id === contactId ? conversation?.lastInboundAt : undefined,
        context.sender?.id === contactId ? context.reply?.at : undefined,
      ].flatMap((at) => (at ? [at.getTime()] : []))
      return known.length > 0 ? new Date(Math.max(...known)) : undefined
    },
    async wasInBlock(number) {
      const blockId = state.flow.numbered(number)
      if (blockId === undefined) return false
      const { contactId, flowId } = state.run
      // What this batch has traced so far is not written yet.
      const mine = contactId === null ? [state] : context.runs.filter(({ run }) => run.flowId === flowId)
      const ids = mine.map(({ run }) => run.id)
      if (context.steps.some((traced) => traced.blockId === blockId && ids.includes(traced.runId))) return true
      return contactId === null ? hasPassed(tx, state.run.id, blockId) : hasVisited(tx, { contactId, flowId, blockId })
    },
    cancelPended(all) {
      for (const other of context.runs) {
        const kept = other.run.branches.filter(
          (branch) => branch.kind !== 'pause' || branch.next.do !== 'enter' || !(all || branch.cancelledByReply),
        )
        if (kept.length === other.run.branches.length) continue
        other.run.branches = kept
        other.touched = true
      }
    },
    async unsubscribe() {
      const { flowId, contactId, conversationId } = state.run
      await unsubscribe(tx, work, { flow: { id: flowId, name: state.flow.name }, contactId, conversationId })
    },
    silence(call, silent) {
      if (!silent) silences.splice(0, silences.length, ...silences.filter((other) => other !== call))
      else if (!silences.includes(call)) silences.push(call)
    },
  }
}

/** A group's run has a client only when somebody wrote, or it was made for one. */
function hasClient({ context, state }: Step): boolean {
  return state.run.contactId !== null || (context.sender ?? context.client) !== undefined
}
