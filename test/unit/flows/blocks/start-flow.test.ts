import { describe, expect, it } from 'vitest'
import { startFlow } from '../../../../src/flows/blocks/start-flow.ts'
import { optionFaults, stepper } from './step.ts'

describe('start-flow', () => {
  it('begins the flow at the block, and goes on', async () => {
    const block = stepper(startFlow, { flow: 'Follow-up', block: 'remind' })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['startFlow', { flow: 'Follow-up', block: 'remind' }]])
  })

  it('refuses a flow or a block that there is not', () => {
    expect(optionFaults(startFlow, { flow: 'Follow-up' })).toEqual([])
    expect(optionFaults(startFlow, { flow: 'Other' })).toEqual([
      'flow: the project has no flow "Other"; expected one of "Follow-up"',
    ])
    expect(optionFaults(startFlow, { flow: 'Follow-up', block: 'x' })).toEqual([
      'block: the flow "Follow-up" has no block "x"; expected one of "ask-again", "remind"',
    ])
  })
})
