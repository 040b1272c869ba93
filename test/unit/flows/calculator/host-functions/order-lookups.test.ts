import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setDealStatus } from '../../../../../src/crm/set-deal-status.ts'
import { orderLookupFunctions } from '../../../../../src/flows/calculator/host-functions/order-lookups.ts'
import type { Tx } from '../../../../../src/platform/database/database.ts'
import { type Case, type House, openHouse, play, withoutCases } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.fresh.drop())

const lose = (tx: Tx, { work, openOrder }: House) => setDealStatus(tx, work, { dealId: openOrder, status: 'fail' })
const asTwin = ({ twin }: House) => ({ contactId: twin })

const cases: Record<string, Case[]> = {
  get_order_id: [
    { it: 'is the latest open order', script: 'get_order_id()', gives: ({ openOrder }) => openOrder },
    {
      it: 'counts an unprocessed one',
      script: 'get_order_id()',
      gives: ({ openOrder }) => openOrder,
      before: (tx, { work, openOrder }) => setDealStatus(tx, work, { dealId: openOrder, status: 'unprocessed' }),
    },
    { it: 'is None without an open order', script: 'get_order_id()', before: lose, gives: null },
    {
      it: "is the run's order while it is open",
      script: 'create_order("A") b = create_order("B") get_order_id() == b',
      gives: true,
    },
    {
      it: "passes over a run's order that is over",
      script: 'get_order_id()',
      as: ({ wonOrder }) => ({ dealId: wonOrder }),
      gives: ({ openOrder }) => openOrder,
    },
    {
      it: 'stands in the variable order_id',
      script: 'order_id',
      gives: ({ ivan, openOrder }) => `${ivan}-${openOrder}`,
    },
    { it: 'follows in the variable', script: 'id = create_order("A") order_id == "#{client_id}-#{id}"', gives: true },
    { it: 'leaves the variable empty without an order', script: '"#{order_id}" == ""', as: asTwin, gives: true },
  ],
  get_active_orders_ids: [
    { it: 'lists open ones', script: 'get_active_orders_ids()', gives: ({ openOrder }) => [openOrder] },
    { it: 'is empty without', script: 'get_active_orders_ids()', as: asTwin, gives: [] },
    {
      it: 'has the latest first',
      script: 'id = create_order("A") get_active_orders_ids() == [id, get_order_id_by_var_value("color", "red")]',
      gives: true,
    },
  ],
  get_success_orders_ids: [
    { it: 'lists won ones', script: 'get_success_orders_ids()', gives: ({ wonOrder }) => [wonOrder] },
    { it: 'is empty without', script: 'get_success_orders_ids()', as: asTwin, gives: [] },
  ],
  get_fail_orders_ids: [
    { it: 'lists lost ones', script: 'get_fail_orders_ids()', before: lose, gives: ({ openOrder }) => [openOrder] },
    { it: 'is empty without', script: 'get_fail_orders_ids()', gives: [] },
  ],
  get_current_pipline_id: [
    { it: 'is the pipeline', script: 'get_current_pipline_id()', gives: ({ sales }) => sales },
    { it: 'has the right spelling too', script: 'get_current_pipeline_id()', gives: ({ sales }) => sales },
    {
      it: 'is None while the order is unprocessed',
      script: 'get_current_pipline_id()',
      before: (tx, { work, openOrder }) => setDealStatus(tx, work, { dealId: openOrder, status: 'unprocessed' }),
      gives: null,
    },
    { it: 'is None without an order', script: 'get_current_pipline_id()', as: asTwin, gives: null },
  ],
  get_state_id: [
    { it: 'is that of the current order', script: 'get_state_id()', gives: ({ stages }) => stages.New! },
    {
      it: "is that of another client's current order",
      script: ({ petra }) => `get_state_id(${petra})`,
      gives: ({ stages }) => stages.Repair!,
    },
    {
      it: 'is that of a chosen order',
      script: ({ wonOrder }) => `get_state_id(client_id, ${wonOrder})`,
      gives: ({ stages }) => stages.Won!,
    },
    {
      it: 'takes the order with its client',
      script: 'get_state_id(None, order_id)',
      gives: ({ stages }) => stages.New!,
    },
    { it: 'is None without an order', script: 'get_state_id()', as: asTwin, gives: null },
    {
      it: 'is None for what there is not',
      script: '[get_state_id(999), get_state_id("x"), get_state_id(None, 999)]',
      gives: [null, null, null],
    },
  ],
  get_order_id_by_var_value: [
    {
      it: 'finds an order of the project',
      script: 'get_order_id_by_var_value("invoice", "B-1")',
      gives: ({ petrasOrder }) => petrasOrder,
    },
    {
      it: 'finds only those of a client',
      script: 'get_order_id_by_var_value("invoice", "B-1", client_id)',
      gives: null,
    },
    {
      it: 'finds one that is over',
      script: 'get_order_id_by_var_value("invoice", "A-16", client_id)',
      gives: ({ wonOrder }) => wonOrder,
    },
    {
      it: 'takes a number and its text as the same',
      script: 'get_order_id_by_var_value("doors", "5")',
      gives: ({ openOrder }) => openOrder,
    },
    {
      it: 'is None for an unknown value or client',
      script: '[get_order_id_by_var_value("color", "x"), get_order_id_by_var_value("color", "red", 999)]',
      gives: [null, null],
    },
  ],
  latest_order_datetime: [
    { it: 'is written shortly', script: 'latest_order_datetime()', gives: '02.11.26 11:00' },
    {
      it: 'takes another client and format',
      script: ({ petra }) => `latest_order_datetime(${petra}, "%Y-%m-%d %H:%M")`,
      gives: '2026-11-02 11:30',
    },
    {
      it: 'takes the usual format for an empty one',
      script: 'latest_order_datetime(client_id, "")',
      gives: '02.11.26 11:00',
    },
    { it: 'is None without an order', script: 'latest_order_datetime()', as: asTwin, gives: null },
    { it: 'is None for an unknown client', script: 'latest_order_datetime(999)', gives: null },
  ],
  count_client_orders: [
    { it: 'counts all', script: 'count_client_orders()', gives: 2 },
    { it: 'counts all whatever active says', script: 'count_client_orders(client_id, None, 1, 0)', gives: 2 },
    { it: 'counts open ones', script: 'count_client_orders(get_all=0)', gives: 1 },
    { it: 'counts the others', script: 'count_client_orders(client_id, "", 0, 0)', gives: 1 },
    {
      it: 'counts those of a stage',
      script: ({ stages }) => `count_client_orders(client_id, ${stages.Won})`,
      gives: 1,
    },
    {
      it: 'counts open ones of a stage',
      script: ({ stages }) => `count_client_orders(client_id, ${stages.Won}, get_all=0)`,
      gives: 0,
    },
    { it: 'counts those of another client', script: ({ petra }) => `count_client_orders(${petra})`, gives: 1 },
    {
      it: 'is 0 for what there is not',
      script: '[count_client_orders(999), count_client_orders(client_id, "x")]',
      gives: [0, 0],
    },
  ],
  get_count_orders: [
    { it: 'counts those of a stage', script: ({ stages }) => `get_count_orders(${stages.New})`, gives: 1 },
    { it: 'counts those of every client', script: ({ stages }) => `get_count_orders("${stages.Repair}")`, gives: 1 },
    { it: 'is 0 for what there is not', script: '[get_count_orders(999), get_count_orders("x")]', gives: [0, 0] },
  ],
}

it('covers every function that looks orders up', () => {
  expect(withoutCases(orderLookupFunctions, cases)).toEqual([])
})

describe.each(Object.entries(cases))('%s', (_name, list) => {
  it.each(list.map((one): [string, Case] => [one.it, one]))('%s', (_it, one) => play(house, one))
})
