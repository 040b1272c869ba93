import { z } from 'zod'
import { defineBlock, next } from '../block.ts'
import { flowPointFaults } from './project-faults.ts'

export const stopFlow = defineBlock({
  type: 'stop-flow',
  summary: 'Ends what waits or is pended in a flow, once: what starts there later does run.',
  kind: 'action',
  options: z.strictObject({
    flow: z.string().min(1).max(200).describe('The name of the flow.'),
    block: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The id of the block at which, and after which, everything that waits ends; the whole flow when absent.',
      ),
  }),
  outputs: () => ['next'],
  needs: ['stopFlow'],
  example: { flow: 'Follow-up', block: 'remind' },
  check: (options, lookup) => flowPointFaults(options, lookup),
  async execute({ options, act }) {
    await act.stopFlow(options)
    return next()
  },
})
