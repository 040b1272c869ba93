import { describe, expect, it } from 'vitest'
import { moveDeal } from '../../../../src/flows/blocks/move-deal.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { optionFaults, stepper } from './step.ts'

describe('move-deal', () => {
  it("moves the run's deal", async () => {
    const block = stepper(moveDeal, { pipeline: 'Service', stage: 'Booked' })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['moveDeal', { pipeline: 'Service', stage: 'Booked' }]])
  })

  it('fails with the reason when there is no deal', async () => {
    const broken = { moveDeal: new AppError('not_found', 'The run has no current deal') }
    await expect(stepper(moveDeal, { stage: 'Won' }, { broken }).execute()).rejects.toThrow(
      'The run has no current deal',
    )
  })

  it('refuses a stage that no pipeline has', () => {
    expect(optionFaults(moveDeal, { stage: 'Booked' })).toEqual([])
    expect(optionFaults(moveDeal, { stage: 'Lost' })[0]).toContain('stage: the project has no stage "Lost"')
    expect(optionFaults(moveDeal, { pipeline: 'Sales', stage: 'Booked' })[0]).toContain(
      'the pipeline "Sales" has no stage "Booked"',
    )
    expect(optionFaults(moveDeal, { pipeline: 'Rent', stage: 'Booked' })[0]).toContain(
      'the project has no pipeline "Rent"',
    )
  })
})
