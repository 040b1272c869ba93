import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOrder } from '../../../../../src/flows/calculator/host-functions/create-order.ts'
import { type Case, type House, openHouse, play, withoutCases } from './house.ts'
import { asTwin, made, open, order, stays } from './order-cases.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.fresh.drop())

const cases: Record<string, Case[]> = {
  create_order: [
    {
      it: 'makes an order, which is the current one then',
      script: 'create_order("Bike", 5, "Fast") == get_order_id()',
      gives: true,
      after: async (seen) => {
        await made({
          name: 'Bike',
          budget: 5,
          description: 'Fast',
          stage: 'New',
          client: 'Ivan',
          conversation_id: seen.house.conversation,
        })(seen)
        expect(await seen.row('select d.name from conversations c join deals d on d.id = c.deal_id')).toEqual({
          name: 'Bike',
        })
      },
    },
    {
      it: 'changes the current order when there is no name',
      script: 'create_order("", 7)',
      gives: ({ openOrder }) => openOrder,
      after: open({ name: 'Car', budget: 7, description: 'Blue', stage: 'New' }),
    },
    {
      it: 'changes nothing of the current order when nothing is given',
      script: 'create_order()',
      gives: ({ openOrder }) => openOrder,
      after: stays,
    },
    {
      it: 'moves the current order to a stage',
      script: ({ stages }) => `create_order(description="Red", state_id=${stages.Contract})`,
      gives: ({ openOrder }) => openOrder,
      after: open({ description: 'Red', stage: 'Contract', budget: 100 }),
    },
    {
      it: 'makes one with a usual name where there is none',
      script: 'create_order() > 0',
      as: asTwin,
      gives: true,
      after: made({ name: 'Deal', client: 'Vanya', budget: null }),
    },
    {
      it: 'begins in a stage',
      script: ({ stages }) => `create_order("Bike", state_id="${stages.Repair}") > 0`,
      gives: true,
      after: made({ stage: 'Repair' }),
    },
    {
      it: 'refuses an unknown stage',
      script: 'create_order("Bike", state_id=999)',
      gives: expect.stringContaining('create_order(): '),
    },
    {
      it: 'refuses a stage that is no number',
      script: 'create_order("Bike", state_id="x")',
      gives: 'create_order(): `state_id` must be the number of a stage; found "x"',
    },
    {
      it: 'tells that a budget is no number, and does nothing',
      script: 'create_order("Bike", "much")',
      gives: 'budget must be a number',
      after: stays,
    },
    {
      it: 'takes a budget that looks like a number',
      script: 'create_order("Bike", "12.5") > 0',
      gives: true,
      after: made({ budget: 12.5 }),
    },
    {
      it: 'is of the client of a phone',
      script: 'create_order("Bike", phone="8 916 111-22-33", client_name="X") > 0',
      gives: true,
      after: made({ client: 'Petra', conversation_id: null }),
    },
    {
      it: 'changes the current order of the client of a phone',
      script: 'create_order(phone="+79161112233", budget=9)',
      gives: ({ petrasOrder }) => petrasOrder,
      after: async (seen) =>
        expect(await order(seen, seen.house.petrasOrder)).toMatchObject({ budget: 9, stage: 'Repair' }),
    },
    {
      it: 'makes a client of a phone that nobody has',
      script: 'create_order("Bike", 1, "", "Max Fast", "+79169998877", "max@example.com") > 0',
      gives: true,
      after: async (seen) => {
        await made({ client: 'Max', phone: '+79169998877', email: 'max@example.com', stage: 'New' })(seen)
        expect(seen.context.runs.at(-1)!.run.dealId).toBeNull()
      },
    },
    {
      it: 'is of the client of an e-mail',
      script: 'create_order("Bike", email="Petra@example.com") > 0',
      gives: true,
      after: made({ client: 'Petra' }),
    },
    {
      it: 'makes a client of an e-mail that nobody has',
      script: 'create_order("Bike", email="max@example.com", client_name="Max") > 0',
      gives: true,
      after: made({ client: 'Max', email: 'max@example.com', phone: null }),
    },
    {
      it: 'goes by the phone where there is an e-mail too',
      script: 'create_order("Bike", phone="+79161112233", email="max@example.com") > 0',
      gives: true,
      after: made({ client: 'Petra', email: 'petra@example.com' }),
    },
    {
      it: 'refuses what is no phone',
      script: 'create_order("Bike", phone="12")',
      gives: expect.stringContaining('"12" is not a phone'),
    },
    {
      it: 'does not rename a client',
      script: 'create_order("Bike", client_name="Max") > 0',
      gives: true,
      after: made({ client: 'Ivan' }),
    },
    {
      it: 'names a client who has no name',
      script: 'create_order("Bike", client_name="Max Fast") > 0',
      before: (tx, { twin }) => tx.query('update contacts set first_name = null where id = $1', [twin]),
      as: asTwin,
      gives: true,
      after: made({ client: 'Max' }),
    },
  ],
}

it('covers create_order', () => {
  expect(withoutCases([createOrder], cases)).toEqual([])
})

describe.each(Object.entries(cases))('%s', (_name, list) => {
  it.each(list.map((one): [string, Case] => [one.it, one]))('%s', (_it, one) => play(house, one))
})
