import { afterAll, beforeAll, expect, it } from 'vitest'
import { rehearseStep } from '../../../src/flows/engine/rehearse-step.ts'
import { runScript } from '../../../src/flows/engine/run-script.ts'
import { type House, openHouse } from '../../unit/flows/calculator/host-functions/house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.fresh.drop())

it('scripts that work on one contact at once, in different transactions, lose nothing of one another', async () => {
  const script = 'set_order_var("", "count", get_order_var("", "count") + 1) set_note("counted")'
  await house.fresh.db.query(`update deals set variables = '{"count": 0}'`)
  const count = () =>
    house.fresh.db.transaction(async (tx) => {
      const rehearsal = { contactId: house.ivan, variables: {} }
      const { step } = await rehearseStep(tx, house.work, house.cache, rehearsal)
      await runScript(step, script)
    })
  await Promise.all(Array.from({ length: 20 }, count))
  const [order] = await house.fresh.db.query('select variables from deals where id = $1', [house.openOrder])
  expect(order).toEqual({ variables: { count: 20 } })
  expect(await house.fresh.db.query('select count(*)::int as count from notes')).toEqual([{ count: 20 }])
})
