import { z } from 'zod'
import { defineBlock, next } from '../block.ts'
import { ruleFault } from './project-faults.ts'

export const distribute = defineBlock({
  type: 'distribute',
  summary: 'Gives the contact to an operator on shift, by a rule of distribution.',
  kind: 'action',
  options: z.strictObject({
    rule: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(
        "The name of a rule. When absent the rule of the deal's pipeline counts, that of the channel, or the default of the project.",
      ),
  }),
  // By "nobody": the conversation stays without an operator, and is given to the first one who comes on shift.
  outputs: () => ['assigned', 'nobody'],
  needs: ['distribute'],
  example: { rule: 'Sales team' },
  check: ({ rule }, lookup) => ruleFault('rule', rule, lookup),
  async execute({ options, act }) {
    return next((await act.distribute(options.rule)) ? 'assigned' : 'nobody')
  },
})
