import { describe, expect, it } from 'vitest'
import { setDealStatus } from '../../../../src/flows/blocks/set-deal-status.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { optionFaults, stepper } from './step.ts'

describe('set-deal-status', () => {
  it.each(['success', 'fail', 'archived', 'active', 'unprocessed'])(
    "gives the run's deal the status %s",
    async (status) => {
      const block = stepper(setDealStatus, { status })
      expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
      expect(block.taken).toEqual([['setDealStatus', status]])
    },
  )

  it('fails with the reason when there is no deal', async () => {
    const broken = { setDealStatus: new AppError('not_found', 'The run has no current deal') }
    await expect(stepper(setDealStatus, { status: 'fail' }, { broken }).execute()).rejects.toThrow('no current deal')
  })

  it('refuses a status that there is not', () => {
    expect(optionFaults(setDealStatus, { status: 'won' })[0]).toContain('status: ')
  })
})
