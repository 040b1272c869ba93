import { z } from 'zod'
import { defineBlock, next } from '../block.ts'

export const assignOperator = defineBlock({
  type: 'assign-operator',
  summary: 'Gives the contact to a chosen operator.',
  kind: 'action',
  options: z.strictObject({
    email: z
      .string()
      .min(1)
      .max(320)
      .describe('The e-mail of the operator, with placeholders. An operator who does not exist leads to "failed".'),
    onlyOnShift: z
      .boolean()
      .default(false)
      .describe('An operator who is off shift, or outside their working hours, leads to "failed" too.'),
    withContact: z.boolean().default(true).describe('The operator also becomes responsible for the contact.'),
    withDeal: z.boolean().default(true).describe('The same for the current deal.'),
  }),
  outputs: () => ['assigned', 'failed'],
  needs: ['assignOperator'],
  example: { email: 'anna@example.com', onlyOnShift: true },
  templates: ({ email }) => ({ email }),
  async execute({ options, render, act }) {
    const { email, onlyOnShift, withContact, withDeal } = options
    const operator = await act.assignOperator({
      email: render(email).trim(),
      onlyAvailable: onlyOnShift,
      withContact,
      withDeal,
    })
    return next(operator ? 'assigned' : 'failed')
  },
})
