import { describe, expect, it } from 'vitest'
import { calculator } from '../../../../src/flows/blocks/calculator.ts'
import { stepper } from './step.ts'

describe('the block calculator', () => {
  it('does nothing besides its script', async () => {
    const step = stepper(calculator, {})
    expect(await step.execute()).toEqual({ do: 'next', output: 'next' })
    expect(step.taken).toEqual([])
  })

  it('leads on, or to "error" when its script cannot go on', () => {
    expect(calculator.outputs({})).toEqual(['next', 'error'])
  })
})
