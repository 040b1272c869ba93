import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { orderVariableFunctions } from '../../../../../src/flows/calculator/host-functions/order-variables.ts'
import { type Case, type House, openHouse, play, withoutCases } from './house.ts'
import { changing, first, open, stays } from './order-cases.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.fresh.drop())

const cases: Record<string, Case[]> = {
  get_order_var: [
    { it: 'reads a variable', script: 'get_order_var(order_id, "color")', gives: 'red' },
    { it: 'keeps numbers', script: 'get_order_var(get_order_id(), "doors") + 1', gives: 6 },
    { it: 'means the current order by None', script: 'get_order_var(None, "color")', gives: 'red' },
    {
      it: 'reads name and description',
      script: '[get_order_var("", "name"), get_order_var("", "description")]',
      gives: ['Car', 'Blue'],
    },
    {
      it: 'is None for what there is not',
      script: '[get_order_var("", "size"), get_order_var(999, "color")]',
      gives: [null, null],
    },
    { it: 'is where variables of orders are seen, and nowhere else', script: '"#{color}"', gives: '' },
  ],
  get_order_vars: [
    { it: 'reads all', script: 'get_order_vars()', gives: { color: 'red', doors: 5, invoice: 'A-17' } },
    {
      it: 'reads those of a list',
      script: 'get_order_vars(order_id, ["color", "size", "name"])',
      gives: { color: 'red', size: null, name: 'Car' },
    },
    { it: 'reads those of a list in JSON', script: 'get_order_vars(None, \'["doors"]\')', gives: { doors: 5 } },
    { it: 'reads one', script: 'get_order_vars("", "color")', gives: { color: 'red' } },
    { it: 'is empty without an order', script: 'get_order_vars(999)', gives: {} },
  ],
  set_order_var: [
    ...changing(first('set_order_var', '"size", "big"'), { variables: { size: 'big' } }),
    {
      it: 'keeps lists and dictionaries',
      script: 'set_order_var("", "parts", {"a": [1, 2]})',
      gives: true,
      after: open({ variables: { color: 'red', parts: { a: [1, 2] } } }),
    },
    {
      it: 'changes the name itself',
      script: 'set_order_var("", "name", "Bike")',
      gives: true,
      after: open({ name: 'Bike', variables: { color: 'red' } }),
    },
    {
      it: 'changes the description itself',
      script: 'set_order_var("", "description", "Red")',
      gives: true,
      after: open({ description: 'Red' }),
    },
    {
      it: 'takes a variable away',
      script: 'set_order_var("", "color", None) get_order_vars()',
      gives: { doors: 5, invoice: 'A-17' },
    },
    { it: 'changes nothing for the same value', script: 'set_order_var("", "doors", 5)', gives: true, after: stays },
    {
      it: 'refuses what cannot be a name',
      script: 'set_order_var("", "a b", 1)',
      gives: expect.stringContaining('set_order_var(): '),
    },
  ],
  set_order_vars: [
    ...changing(first('set_order_vars', '{"size": "big", "name": "Bike"}'), {
      name: 'Bike',
      variables: { size: 'big' },
    }),
    {
      it: 'takes JSON',
      script: 'set_order_vars("", \'{"color": null, "n": 1}\')',
      gives: true,
      after: open({ variables: { doors: 5, n: 1 } }),
    },
    {
      it: 'refuses what is no dictionary',
      script: 'set_order_vars("", "x")',
      gives: 'set_order_vars(): `variables` must be a dictionary; found "x"',
    },
  ],
}

it('covers every function that reads or sets variables of orders', () => {
  expect(withoutCases(orderVariableFunctions, cases)).toEqual([])
})

describe.each(Object.entries(cases))('%s', (_name, list) => {
  it.each(list.map((one): [string, Case] => [one.it, one]))('%s', (_it, one) => play(house, one))
})
