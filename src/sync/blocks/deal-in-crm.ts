import { z } from 'zod'
import { defineBlock } from '../../flows/block.ts'
import { integrationFaults } from '../../flows/blocks/project-faults.ts'
import { targetFault, targetSchema } from '../../flows/blocks/target.ts'
import { templatesIn } from '../../flows/blocks/templates-in.ts'
import { asWritten, callCrm, crmNeeds, leave, leaveWithout, sharedOptions, taskSchema } from './written-by-block.ts'

const placeThere = z.string().min(1).max(200)
const { integration, name, responsible, tags, fields, note } = sharedOptions

const optionsSchema = z.strictObject({
  integration,
  pipeline: placeThere
    .optional()
    .describe("The pipeline there, by name. Without one: the one that the integration's mapping says."),
  stage: placeThere
    .optional()
    .describe('The stage there, by name; as the mapping says, or the first one of a named pipeline, when absent.'),
  name,
  budget: z
    .union([z.number().min(0), z.string().min(1).max(500)])
    .optional()
    .describe('A number, or a placeholder that names one; as the mapping says when absent.'),
  responsible,
  tags,
  fields,
  note,
  task: taskSchema.optional().describe('A task that is made there once.'),
  saveTo: z
    .strictObject({
      deal: targetSchema.default('run.crm_deal_id').describe("Where the deal's id there is kept."),
      contact: targetSchema.default('run.crm_contact_id').describe("Where the contact's id there is kept."),
    })
    .prefault({})
    .describe('Where the ids there are kept.'),
})

export const dealInCrm = defineBlock({
  type: 'deal-in-crm',
  summary:
    "Brings the run's deal together with its contact to another CRM, or up to date there, and never a second time. It leaves by `error` when it is refused or takes longer than a minute, with the reason in `run.crm_error`; what takes long goes on nevertheless.",
  kind: 'action',
  options: optionsSchema,
  outputs: () => ['ok', 'error'],
  needs: crmNeeds,
  example: {
    integration: 'Sales CRM',
    pipeline: 'Sales',
    stage: 'New',
    name: '{{ run.model }} for {{ contact.first_name | default: "a customer" }}',
    budget: '{{ deal.budget }}',
    responsible: 'olga@example.com',
    tags: ['chat', '{{ run.model }}'],
    fields: [{ to: 'Model', value: '{{ run.model }}' }],
    note: true,
    task: { text: 'Call {{ contact.first_name }}', dueIn: '2h' },
  },
  templates: ({ integration: _, saveTo: __, fields, ...options }) =>
    templatesIn({ ...options, fields: fields.map(({ value }) => ({ value })) }, ''),
  check: (options, lookup) => [
    ...integrationFaults(options.integration, asWritten('deal', options), lookup),
    ...(['deal', 'contact'] as const).flatMap((which) => {
      const fault = targetFault(options.saveTo[which], lookup)
      return fault ? [{ path: `saveTo.${which}`, message: fault }] : []
    }),
  ],
  execute(context) {
    const { options, scope } = context
    const id = Number(scope.deal.id)
    if (!(id > 0))
      return leaveWithout(context, 'The run has no deal; a block "create-deal" has to come before this one.')
    return callCrm(context, {
      integration: options.integration,
      subject: { entity: 'deal', id },
      written: options,
    })
  },
  resume: (context, resumption) => {
    const { deal, contact } = context.options.saveTo
    return leave(context, resumption, { dealId: deal, contactId: contact })
  },
})
