import { describe, expect, it } from 'vitest'
import { stopFlow } from '../../../../src/flows/blocks/stop-flow.ts'
import { optionFaults, stepper } from './step.ts'

describe('stop-flow', () => {
  it('ends what waits in the flow from the block on, and goes on', async () => {
    const block = stepper(stopFlow, { flow: 'Follow-up', block: 'remind' })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['stopFlow', { flow: 'Follow-up', block: 'remind' }]])
  })

  it('refuses a flow or a block that there is not', () => {
    expect(optionFaults(stopFlow, { flow: 'Follow-up' })).toEqual([])
    expect(optionFaults(stopFlow, { flow: 'Other' })).toEqual([
      'flow: the project has no flow "Other"; expected one of "Follow-up"',
    ])
    expect(optionFaults(stopFlow, { flow: 'Follow-up', block: 'x' })).toEqual([
      'block: the flow "Follow-up" has no block "x"; expected one of "ask-again", "remind"',
    ])
  })
})
