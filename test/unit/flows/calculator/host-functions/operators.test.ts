import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operatorFunctions } from '../../../../../src/flows/calculator/host-functions/operators.ts'
import type { Tx } from '../../../../../src/platform/database/database.ts'
import { type Case, changesOf, type House, openHouse, play, type Seen, withoutCases } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.fresh.drop())

const nobodyOnShift = (tx: Tx) => tx.query('update operators set on_shift = false')
const assignee = ({ row, house }: Seen) =>
  row(
    `select o.email from conversations c left join operators o on o.id = c.assignee_id where c.id = $1`,
    house.conversation,
  )
const given = (email: string | null) => async (seen: Seen) => expect((await assignee(seen))?.email ?? null).toBe(email)
const unread = (count: number) => async (seen: Seen) =>
  expect(await seen.row('select unread from conversations where id = $1', seen.house.conversation)).toEqual({
    unread: count,
  })
const contact = (seen: Seen) => seen.row('select * from contacts where id = $1', seen.house.ivan)

const cases: Record<string, Case[]> = {
  free_client: [
    {
      it: 'takes conversation and client from the operator',
      script: 'assign_to_user("boris@shop.example") free_client()',
      gives: true,
      after: async (seen) => {
        await given(null)(seen)
        expect(await contact(seen)).toMatchObject({ responsible_id: null })
      },
    },
    { it: 'is True without an operator', script: 'free_client()', gives: true },
  ],
  assign_to_user: [
    {
      it: 'takes somebody on shift without an e-mail',
      script: 'assign_to_user()',
      gives: true,
      after: given('anna@shop.example'),
    },
    {
      it: 'gives nobody anything when nobody is on shift',
      script: 'assign_to_user()',
      before: nobodyOnShift,
      gives: false,
      after: given(null),
    },
    {
      it: 'takes the operator of the e-mail, also off shift',
      script: 'assign_to_user("Boris@shop.example")',
      gives: true,
      after: given('boris@shop.example'),
    },
    {
      it: 'takes only who is on shift when told so',
      script: 'assign_to_user("boris@shop.example", True)',
      gives: false,
      after: given(null),
    },
    {
      it: 'takes who is on shift when told so',
      script: 'assign_to_user(email="anna@shop.example", only_active=True)',
      gives: true,
      after: async (seen) => {
        await given('anna@shop.example')(seen)
        expect(await seen.row('select o.email from deals d join operators o on o.id = d.responsible_id')).toEqual({
          email: 'anna@shop.example',
        })
      },
    },
    {
      it: 'is False for an unknown e-mail',
      script: 'assign_to_user("nobody@shop.example")',
      gives: false,
      after: given(null),
    },
    {
      it: 'takes an empty e-mail as none',
      script: 'assign_to_user("")',
      gives: true,
      after: given('anna@shop.example'),
    },
  ],
  distribute_client: [
    {
      it: 'gives the client to who is there',
      script: 'distribute_client()',
      gives: true,
      after: given('anna@shop.example'),
    },
    {
      it: 'is False when nobody is there, and the client waits',
      script: 'distribute_client()',
      before: nobodyOnShift,
      gives: false,
      after: async (seen) => expect(await changesOf(seen)).toContain('conversation.waiting_for_operator'),
    },
  ],
  get_operator: [
    { it: 'is None without one', script: 'get_operator()', gives: null },
    { it: 'is the e-mail', script: 'assign_to_user("boris@shop.example") get_operator()', gives: 'boris@shop.example' },
    {
      it: 'is the name of one without an e-mail',
      script: 'assign_to_user() get_operator()',
      before: (tx) => tx.query(`update operators set email = null where email like 'anna%'`),
      gives: 'Anna',
    },
    {
      it: 'is who is responsible where nobody has the conversation',
      script: 'get_operator()',
      before: (tx) =>
        tx.query(
          `update contacts set responsible_id = (select id from operators where name = 'Boris') where first_name = 'Ivan'`,
        ),
      gives: 'boris@shop.example',
    },
  ],
  get_operator_name: [
    { it: 'is None without one', script: 'get_operator_name()', gives: null },
    { it: 'is the name', script: 'assign_to_user() get_operator_name()', gives: 'Anna' },
    {
      it: 'is the e-mail of one without a name',
      script: 'assign_to_user() get_operator_name()',
      before: (tx) => tx.query(`update operators set name = '' where name = 'Anna'`),
      gives: 'anna@shop.example',
    },
  ],
  add_unread: [
    { it: 'adds one', script: 'add_unread()', gives: true, after: unread(3) },
    { it: 'adds one for 1', script: 'add_unread(1)', gives: true, after: unread(3) },
    { it: 'adds each time', script: 'add_unread() add_unread() add_unread()', gives: true, after: unread(5) },
    { it: 'makes it another number', script: 'add_unread(7)', gives: true, after: unread(7) },
    { it: 'makes it 0', script: 'add_unread(count=0)', gives: true, after: unread(0) },
    {
      it: 'refuses what is no number',
      script: 'add_unread("x")',
      gives: 'add_unread(): `count` must be a number; found "x"',
    },
  ],
  clear_unread: [{ it: 'leaves nothing unread', script: 'clear_unread()', gives: true, after: unread(0) }],
}

it('covers every function for operators', () => {
  expect(withoutCases(operatorFunctions, cases)).toEqual([])
})

describe.each(Object.entries(cases))('%s', (_name, list) => {
  it.each(list.map((one): [string, Case] => [one.it, one]))('%s', (_it, one) => play(house, one))
})
