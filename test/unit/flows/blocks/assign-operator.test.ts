import { describe, expect, it } from 'vitest'
import { assignOperator } from '../../../../src/flows/blocks/assign-operator.ts'
import { optionFaults, stepper } from './step.ts'

describe('assign-operator', () => {
  it('gives the contact to the operator of the e-mail, which may come from a variable', async () => {
    const block = stepper(
      assignOperator,
      { email: ' {{ run.manager }} ', onlyOnShift: true, withDeal: false },
      { scope: { run: { manager: 'anna@shop.example' } } },
    )
    expect(await block.execute()).toEqual({ do: 'next', output: 'assigned' })
    expect(block.taken).toEqual([
      ['assignOperator', { email: 'anna@shop.example', onlyAvailable: true, withContact: true, withDeal: false }],
    ])
  })

  it('leaves by "failed" when there is no such operator', async () => {
    const block = stepper(assignOperator, { email: 'gone@shop.example' }, { nobody: true })
    expect(block.outputs).toEqual(['assigned', 'failed'])
    expect(await block.execute()).toEqual({ do: 'next', output: 'failed' })
  })

  it('gives to nobody by chance when the placeholder is empty', async () => {
    const block = stepper(assignOperator, { email: '{{ run.manager }}' }, { nobody: true })
    await block.execute()
    expect(block.taken[0]?.[1]).toMatchObject({ email: '' })
  })

  it('refuses to be without an e-mail', () => {
    expect(optionFaults(assignOperator, { email: '' })[0]).toContain('email')
  })
})
