import { describe, expect, it } from 'vitest'
import { addToSalesPlan } from '../../../../src/flows/blocks/add-to-sales-plan.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { optionFaults, stepper } from './step.ts'

describe('add-to-sales-plan', () => {
  it('adds the contact to the plan', async () => {
    const block = stepper(addToSalesPlan, { plan: 'November' })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['addToSalesPlan', 'November']])
  })

  it('fails with the reason when the plan was removed since', async () => {
    const broken = { addToSalesPlan: new AppError('invalid', '"November" does not exist') }
    await expect(stepper(addToSalesPlan, { plan: 'November' }, { broken }).execute()).rejects.toThrow('does not exist')
  })

  it('refuses a plan that the project does not have', () => {
    expect(optionFaults(addToSalesPlan, { plan: 'November' })).toEqual([])
    expect(optionFaults(addToSalesPlan, { plan: 'December' })).toEqual([
      'plan: the project has no sales plan "December"; expected one of "November"',
    ])
  })
})
