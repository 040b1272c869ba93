import { describe, expect, it } from 'vitest'
import { distribute } from '../../../../src/flows/blocks/distribute.ts'
import { optionFaults, stepper } from './step.ts'

describe('distribute', () => {
  it('gives the contact out by the rule that counts, or by a named one', async () => {
    const block = stepper(distribute, {})
    expect(await block.execute()).toEqual({ do: 'next', output: 'assigned' })
    expect(block.taken).toEqual([['distribute', undefined]])
    const named = stepper(distribute, { rule: 'Sales team' })
    await named.execute()
    expect(named.taken).toEqual([['distribute', 'Sales team']])
  })

  it('leaves by "nobody" when nobody is available', async () => {
    const block = stepper(distribute, {}, { nobody: true })
    expect(block.outputs).toEqual(['assigned', 'nobody'])
    expect(await block.execute()).toEqual({ do: 'next', output: 'nobody' })
  })

  it('refuses a rule that the project has not', () => {
    expect(optionFaults(distribute, { rule: 'Sales team' })).toEqual([])
    expect(optionFaults(distribute, { rule: 'Night' })).toEqual([
      'rule: the project has no distribution rule "Night"; expected one of "Sales team"',
    ])
  })
})
