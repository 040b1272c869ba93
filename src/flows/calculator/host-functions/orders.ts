import type { DealStatus } from '../../../crm/crm.table.ts'
import { newestDeal } from '../../../crm/deal-lookups.store.ts'
import { deleteDeal } from '../../../crm/delete-deal.ts'
import { moveDeal } from '../../../crm/move-deal.ts'
import { moveToNextStage } from '../../../crm/move-to-next-stage.ts'
import { setDealStatus } from '../../../crm/set-deal-status.ts'
import { updateDeal } from '../../../crm/update-deal.ts'
import { optional, required } from '../function.ts'
import { field } from '../functions/origins.ts'
import type { CalculatorHost } from '../host.ts'
import type { CalculatorValue } from '../value.ts'
import { attempt, orElse } from './attempt.ts'
import { budgetFault, budgetGiven, createOrder } from './create-order.ts'
import { defineHostFunction, type HostFunction } from './define-host-function.ts'
import { isAbsent, numberGiven, orderGiven, orderParameter } from './numbers-given.ts'

const done = 'True; False when there is no such order.'

/** What scripts do with orders, which are deals. */
export const orderFunctions: readonly HostFunction[] = [
  createOrder,
  defineHostFunction({
    name: 'set_order_name',
    group: 'deals',
    summary: 'Gives an order another name.',
    parameters: { name: required('text', 'The name.'), order_id: orderParameter },
    returns: 'True; False when there is no such order, or the name is empty.',
    examples: [{ source: 'set_order_name("Red car")' }],
    knownFrom: field,
    changes: true,
    call: async ({ name, order_id }, { host }) =>
      name.trim() !== '' &&
      changeOrder(host, order_id, (dealId) => updateDeal(host.tx, host.work, { dealId, name: name.trim() })),
  }),
  defineHostFunction({
    name: 'set_order_budget',
    group: 'deals',
    summary: 'Says what an order is worth.',
    parameters: {
      budget: optional('any', 'A number; None or an empty text takes the budget away.'),
      order_id: orderParameter,
    },
    returns: `${done} The text \`${budgetFault}\` when it is none.`,
    examples: [{ source: 'set_order_budget(2500000)' }],
    knownFrom: field,
    changes: true,
    async call({ budget, order_id }, { host }) {
      const amount = budgetGiven(budget)
      if (amount === undefined) return budgetFault
      return changeOrder(host, order_id, (dealId) => updateDeal(host.tx, host.work, { dealId, budget: amount }))
    },
  }),
  defineHostFunction({
    name: 'move_order_to_next_state',
    group: 'deals',
    summary: 'Moves an order to the next stage of its pipeline; from the last open one to the first that is won.',
    parameters: { order_id: orderParameter },
    returns: 'True; False when there is no such order or nothing follows its stage.',
    examples: [{ source: 'move_order_to_next_state()' }],
    knownFrom: field,
    changes: true,
    call: ({ order_id }, { host }) =>
      changeOrder(host, order_id, (dealId) => moveToNextStage(host.tx, host.work, { dealId })),
  }),
  statusFunction('set_order_status_success', 'success', 'Wins an order', 'won'),
  statusFunction('set_order_status_fail', 'fail', 'Loses an order', 'lost'),
  statusFunction('set_order_status_archive', 'archived', 'Archives an order', 'of the archive'),
  defineHostFunction({
    name: 'change_state',
    group: 'deals',
    summary: 'Moves an order to a stage, of any pipeline.',
    parameters: { state_id: required('any', 'The number of the stage.'), order_id: orderParameter },
    returns: 'True; False when there is no such order or stage.',
    examples: [{ source: 'change_state(12)' }],
    knownFrom: field,
    changes: true,
    async call({ state_id, order_id }, { host }) {
      const stageId = numberGiven(state_id)
      if (stageId === undefined) return false
      return orElse(false, ['invalid'], () =>
        changeOrder(host, order_id, (dealId) => moveDeal(host.tx, host.work, { dealId, stageId })),
      )
    },
  }),
  defineHostFunction({
    name: 'delete_order',
    group: 'deals',
    summary: 'Removes an order; its tasks and notes stay with the client.',
    parameters: {
      order_id: optional(
        'any',
        "The number of the order, or `{client_id}-{order_id}`. The client's latest order when absent, open or not.",
      ),
    },
    returns: done,
    examples: [{ source: 'delete_order()' }],
    knownFrom: field,
    changes: true,
    async call({ order_id }, { host }) {
      const latest = isAbsent(order_id)
        ? await newestDeal(host.tx, host.work.projectId, { contactId: host.contactId() })
        : undefined
      const wanted = isAbsent(order_id) ? (latest?.deal.id ?? 'none') : order_id!
      return changeOrder(host, wanted, (dealId) => deleteDeal(host.tx, host.work, { dealId }))
    },
  }),
]

function statusFunction(name: string, status: DealStatus, does: string, kind: string): HostFunction {
  return defineHostFunction({
    name,
    group: 'deals',
    summary: `${does}: moves it to the first stage of its pipeline that is ${kind}.`,
    parameters: { order_id: orderParameter },
    returns: 'True; False when there is no such order or its pipeline has no such stage.',
    examples: [{ source: `${name}()` }, { source: `${name}(order_id)` }],
    knownFrom: field,
    changes: true,
    call: ({ order_id }, { host }) =>
      changeOrder(host, order_id, (dealId) => setDealStatus(host.tx, host.work, { dealId, status })),
  })
}

/** Changes the order that is meant; false when there is none, or it cannot be done with it. */
export async function changeOrder(
  host: CalculatorHost,
  order: CalculatorValue | undefined,
  change: (dealId: number) => Promise<unknown>,
): Promise<boolean> {
  const found = await orderGiven(host, order)
  if (!found) return false
  const isDone = await attempt(() => change(found.deal.id))
  if (isDone) await host.dealChanged(found.deal.id)
  return isDone
}
