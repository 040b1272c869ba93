import { describe, expect, it } from 'vitest'
import { setFields } from '../../../../src/flows/blocks/set-fields.ts'
import { optionFaults, stepper } from './step.ts'

describe('set-fields', () => {
  it('sets fields, attributes and variables at once, with one action each', async () => {
    const fields = [
      { to: 'contact.first_name', value: '{{ run.name }}' },
      { to: 'contact.city', value: 'Moscow' },
      { to: 'contact.favourite_car', operation: 'clear' },
      { to: 'run.price', value: '{{ run.amount }}' },
      { to: 'run.list', value: ['{{ run.name }}', 'b'] },
      { to: 'deal.model', value: 'Model {{ run.amount }}' },
    ]
    const block = stepper(setFields, { fields }, { scope: { run: { name: 'Anna', amount: 12.5 } } })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([
      ['setContact', { firstName: 'Anna' }, { city: 'Moscow', favourite_car: null }],
      ['setVariables', { price: 12.5, list: ['Anna', 'b'] }],
      ['setDealVariables', { model: 'Model 12.5' }],
    ])
  })

  it('increments what is there, what it set before, and nothing as 0', async () => {
    const fields = [
      { to: 'run.count', operation: 'increment', value: '{{ run.step }}' },
      { to: 'run.count', operation: 'increment', value: 1 },
      { to: 'run.fresh', operation: 'increment', value: -2 },
    ]
    const block = stepper(setFields, { fields }, { scope: { run: { count: '5', step: 10 } } })
    await block.execute()
    expect(block.taken).toEqual([['setVariables', { count: 16, fresh: -2 }]])
  })

  it('fails to increment what is no number, and takes no action then', async () => {
    const fields = [{ to: 'run.count', operation: 'increment', value: 1 }]
    const block = stepper(setFields, { fields }, { scope: { run: { count: 'many' } } })
    await expect(block.execute()).rejects.toThrow('"run.count" holds "many"; expected a number')
    expect(block.taken).toEqual([])
  })

  it('refuses options that make no sense', () => {
    expect(optionFaults(setFields, { fields: [{ to: 'run.a' }] })).toEqual(['fields[0].value: expected a value to set'])
    expect(optionFaults(setFields, { fields: [{ to: 'run.a', operation: 'increment', value: 'x' }] })).toEqual([
      'fields[0].value: expected a number or a placeholder',
    ])
    expect(optionFaults(setFields, { fields: [{ to: 'contact.shoe_size', value: 1 }] })[0]).toContain(
      'fields[0].to: the project has no',
    )
  })
})
