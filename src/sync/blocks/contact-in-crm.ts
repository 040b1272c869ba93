import { z } from 'zod'
import { defineBlock } from '../../flows/block.ts'
import { integrationFaults } from '../../flows/blocks/project-faults.ts'
import { targetFault, targetSchema } from '../../flows/blocks/target.ts'
import { templatesIn } from '../../flows/blocks/templates-in.ts'
import { asWritten, callCrm, crmNeeds, leave, leaveWithout, sharedOptions } from './written-by-block.ts'

const optionsSchema = z.strictObject({
  ...sharedOptions,
  saveTo: targetSchema.default('run.crm_contact_id').describe("Where the contact's id there is kept."),
})

export const contactInCrm = defineBlock({
  type: 'contact-in-crm',
  summary:
    'Brings the contact with its labels to another CRM, or up to date there, and never a second time. It leaves by `error` when it is refused or takes longer than a minute, with the reason in `run.crm_error`; what takes long goes on nevertheless.',
  kind: 'action',
  options: optionsSchema,
  outputs: () => ['ok', 'error'],
  needs: crmNeeds,
  example: {
    integration: 'Sales CRM',
    tags: ['chat'],
    fields: [{ to: 'City', value: '{{ contact.city }}' }],
    note: 'Asked for {{ run.model }}',
  },
  templates: ({ integration: _, saveTo: __, fields, ...options }) =>
    templatesIn({ ...options, fields: fields.map(({ value }) => ({ value })) }, ''),
  check: (options, lookup) => {
    const fault = targetFault(options.saveTo, lookup)
    return [
      ...integrationFaults(options.integration, asWritten('contact', options), lookup),
      ...(fault ? [{ path: 'saveTo', message: fault }] : []),
    ]
  },
  execute(context) {
    const { options, scope } = context
    const id = Number(scope.contact.id)
    if (!(id > 0)) return leaveWithout(context, 'The run has no contact.')
    return callCrm(context, {
      integration: options.integration,
      subject: { entity: 'contact', id },
      written: options,
    })
  },
  resume: (context, resumption) => leave(context, resumption, { contactId: context.options.saveTo }),
})
