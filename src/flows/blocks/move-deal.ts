import { z } from 'zod'
import { defineBlock, next } from '../block.ts'
import { stageFaults } from './project-faults.ts'

export const moveDeal = defineBlock({
  type: 'move-deal',
  summary: "Moves the run's deal to another stage.",
  kind: 'action',
  options: z.strictObject({
    pipeline: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('The name of the pipeline; the one the deal is in when absent.'),
    stage: z.string().min(1).max(200).describe('The name of the stage.'),
  }),
  outputs: () => ['next'],
  needs: ['moveDeal'],
  example: { stage: 'Qualified' },
  check: (options, lookup) => stageFaults(options, lookup),
  async execute({ options, act }) {
    await act.moveDeal(options)
    return next()
  },
})
