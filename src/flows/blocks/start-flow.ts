import { z } from 'zod'
import { defineBlock, next } from '../block.ts'
import { flowPointFaults } from './project-faults.ts'

export const startFlow = defineBlock({
  type: 'start-flow',
  summary: "Begins another flow at a chosen block; the contact does not become that flow's subscriber.",
  kind: 'action',
  options: z.strictObject({
    flow: z.string().min(1).max(200).describe('The name of the flow.'),
    block: z
      .string()
      .min(1)
      .optional()
      .describe('The id of the block to begin with; the one that its first trigger leads to when absent.'),
  }),
  outputs: () => ['next'],
  needs: ['startFlow'],
  example: { flow: 'Follow-up', block: 'ask-again' },
  check: (options, lookup) => flowPointFaults(options, lookup),
  async execute({ options, act }) {
    await act.startFlow(options)
    return next()
  },
})
