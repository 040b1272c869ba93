import { z } from 'zod'
import { defineBlock, next } from '../block.ts'

export const setDealStatus = defineBlock({
  type: 'set-deal-status',
  summary: "Moves the run's deal to the stage of its pipeline that means a status, whatever the stage is called.",
  kind: 'action',
  options: z.strictObject({
    status: z
      .enum(['success', 'fail', 'archived', 'active', 'unprocessed'])
      .describe('success: won. fail: lost. archived, active: the first stage that means it.'),
  }),
  outputs: () => ['next'],
  needs: ['setDealStatus'],
  example: { status: 'success' },
  async execute({ options, act }) {
    await act.setDealStatus(options.status)
    return next()
  },
})
