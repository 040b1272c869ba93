import { z } from 'zod'
import { defineBlock, next } from '../block.ts'
import { salesPlanFault } from './project-faults.ts'

export const addToSalesPlan = defineBlock({
  type: 'add-to-sales-plan',
  summary: "Adds the contact, with the run's deal, to a sales plan; once is enough.",
  kind: 'action',
  options: z.strictObject({
    plan: z.string().min(1).max(200).describe('The name of the sales plan.'),
  }),
  outputs: () => ['next'],
  needs: ['addToSalesPlan'],
  example: { plan: 'November' },
  check: ({ plan }, lookup) => salesPlanFault('plan', plan, lookup),
  async execute({ options, act }) {
    await act.addToSalesPlan(options.plan)
    return next()
  },
})
