import { z } from 'zod'
import { cutText } from '../../platform/cut-text.ts'
import { AppError } from '../../platform/errors.ts'
import { defineBlock, next, type ProjectLookup } from '../block.ts'
import { isEmpty, toNumber } from '../conditions/compare.ts'
import { channelFault, stageFaults } from './project-faults.ts'
import { templatesIn } from './templates-in.ts'

const optionsSchema = z.strictObject({
  spot: z.string().min(1).max(200).describe('The name of the spot.'),
  pipeline: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("The name of its pipeline; the spot's first one when absent."),
  stage: z.string().min(1).max(200).optional().describe("The name of the stage; the pipeline's first one when absent."),
  name: z.string().min(1).max(500).describe('What the deal is called; placeholders are filled in.'),
  budget: z
    .union([z.number().min(0), z.string().min(1).max(500)])
    .optional()
    .describe('A number, or a placeholder that names one.'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'expected three capital letters (ISO 4217), such as EUR')
    .optional()
    .describe('ISO 4217.'),
  description: z.string().max(20_000).optional().describe('With placeholders.'),
  variables: z
    .record(
      z.string().regex(/^[\p{L}_][\p{L}\p{N}_-]{0,63}$/u, 'expected a name of letters, digits and _'),
      z.union([z.string().max(20_000), z.number(), z.boolean(), z.null()]),
    )
    .default({})
    .describe('Variables of the deal; a text that is one placeholder keeps the type of what it names.'),
  sendingChannel: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The name of the channel that opens the dialogue with the next message when there is no conversation yet.',
    ),
})

export const createDeal = defineBlock({
  type: 'create-deal',
  summary: "Creates a deal for the contact; it becomes the run's deal.",
  kind: 'action',
  options: optionsSchema,
  outputs: () => ['next'],
  needs: ['createDeal'],
  example: {
    spot: 'Showroom',
    pipeline: 'Sales',
    stage: 'New',
    name: '{{ run.model }} for {{ contact.first_name | default: "a customer" }}',
    budget: '{{ run.budget }}',
    currency: 'EUR',
    variables: { model: '{{ run.model }}' },
  },
  templates: ({ name, budget, description, variables }) => templatesIn({ name, budget, description, variables }, ''),
  check: ({ spot, pipeline, stage, sendingChannel }, lookup: ProjectLookup) => [
    ...stageFaults({ spot, pipeline, stage }, lookup),
    ...channelFault('sendingChannel', sendingChannel, lookup),
  ],
  async execute({ options, render, renderJson, act }) {
    const { spot, pipeline, stage, currency, description, sendingChannel } = options
    await act.createDeal({
      spot,
      pipeline,
      stage,
      name: cutText(render(options.name).trim(), 500) || spot,
      budget: budgetOf(renderJson(options.budget)),
      currency,
      description: description === undefined ? undefined : render(description),
      variables: renderJson(options.variables) as Record<string, unknown>,
      sendingChannel,
    })
    return next()
  },
})

function budgetOf(value: unknown): number | undefined {
  if (isEmpty(value)) return undefined
  const budget = toNumber(value)
  if (budget === undefined || budget < 0) {
    throw new AppError('invalid', `The budget came out as ${JSON.stringify(value)}; expected a number from 0`)
  }
  return budget
}
