import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setDealStatus } from '../../../../../src/crm/set-deal-status.ts'
import { orderFunctions } from '../../../../../src/flows/calculator/host-functions/orders.ts'
import { type Case, type House, openHouse, play, withoutCases } from './house.ts'
import { after, asTwin, changing, only, open, order, stays, won } from './order-cases.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.fresh.drop())

const cases: Record<string, Case[]> = {
  set_order_name: [
    ...changing(after('set_order_name("Red car"'), { name: 'Red car' }),
    { it: 'is False for an empty name', script: 'set_order_name(" ")', gives: false, after: stays },
  ],
  set_order_budget: [
    ...changing(after('set_order_budget("250.5"'), { budget: 250.5 }),
    {
      it: 'tells that a budget is no number',
      script: 'set_order_budget("much")',
      gives: 'budget must be a number',
      after: stays,
    },
    { it: 'takes the budget away', script: 'set_order_budget(None)', gives: true, after: open({ budget: null }) },
  ],
  set_order_status_success: changing(only('set_order_status_success'), { status: 'success', stage: 'Won' }),
  set_order_status_fail: changing(only('set_order_status_fail'), { status: 'fail', stage: 'Lost' }),
  set_order_status_archive: changing(only('set_order_status_archive'), { status: 'archived', stage: 'Archive' }),
  move_order_to_next_state: [
    {
      it: 'moves the current order on',
      script: 'move_order_to_next_state()',
      gives: true,
      after: open({ stage: 'Contract' }),
    },
    {
      it: 'comes to the won stage',
      script: 'move_order_to_next_state() move_order_to_next_state(order_id)',
      gives: true,
      after: open({ stage: 'Won' }),
    },
    {
      it: 'is False where nothing follows',
      script: ({ wonOrder }) => `move_order_to_next_state(${wonOrder})`,
      gives: false,
      after: stays,
    },
    {
      it: 'is False for a lost order',
      script: ({ openOrder }) => `move_order_to_next_state(${openOrder})`,
      before: (tx, { work, openOrder }) => setDealStatus(tx, work, { dealId: openOrder, status: 'fail' }),
      gives: false,
    },
    {
      it: 'is False without an order',
      script: '[move_order_to_next_state(999), move_order_to_next_state("x")]',
      gives: [false, false],
      after: stays,
    },
  ],
  change_state: [
    {
      it: 'moves the current order',
      script: ({ stages }) => `change_state(${stages.Contract})`,
      gives: true,
      after: open({ stage: 'Contract' }),
    },
    {
      it: 'leads into any pipeline',
      script: ({ stages }) => `change_state("${stages.Repair}", order_id)`,
      gives: true,
      after: open({ stage: 'Repair' }),
    },
    {
      it: 'takes another order',
      script: ({ stages, wonOrder }) => `change_state(${stages.New}, ${wonOrder})`,
      gives: true,
      after: won({ stage: 'New', status: 'active' }),
    },
    {
      it: 'is False for an unknown stage',
      script: '[change_state(999), change_state("x")]',
      gives: [false, false],
      after: stays,
    },
    {
      it: 'is False for an unknown order',
      script: ({ stages }) => `change_state(${stages.New}, 999)`,
      gives: false,
      after: stays,
    },
  ],
  delete_order: [
    {
      it: 'removes the latest order',
      script: 'delete_order() get_order_id()',
      gives: null,
      after: async (seen) => expect(await order(seen, seen.house.openOrder)).toBeUndefined(),
    },
    {
      it: 'removes the latest one, also when it is over',
      script: 'set_order_status_fail() delete_order()',
      gives: true,
      after: async (seen) => expect(await order(seen, seen.house.openOrder)).toBeUndefined(),
    },
    {
      it: 'removes a chosen one',
      script: ({ ivan, wonOrder }) => `delete_order("${ivan}-${wonOrder}") get_success_orders_ids()`,
      gives: [],
    },
    {
      it: 'takes back an order that it made',
      script: 'create_order("Bike") delete_order()',
      gives: true,
      after: async (seen) => {
        expect(seen.context.runs.at(-1)).toMatchObject({ deal: undefined, run: { dealId: null } })
        expect(await seen.row('select deal_id from conversations')).toEqual({ deal_id: null })
      },
    },
    { it: 'is False without an order', script: 'delete_order()', as: asTwin, gives: false, after: stays },
    {
      it: 'is False for an unknown order',
      script: '[delete_order(999), delete_order("x")]',
      gives: [false, false],
      after: stays,
    },
  ],
}

it('covers every function that changes orders', () => {
  expect(
    withoutCases(
      orderFunctions.filter(({ name }) => name !== 'create_order'),
      cases,
    ),
  ).toEqual([])
})

describe.each(Object.entries(cases))('%s', (_name, list) => {
  it.each(list.map((one): [string, Case] => [one.it, one]))('%s', (_it, one) => play(house, one))
})
