import { z } from 'zod'
import { newAttributeSchema } from '../../contacts/create-attribute.ts'
import { botReturnsAfterSchema, channelNameSchema } from '../../conversations/channels/create-channel.ts'
import { nameSchema } from '../../crm/create-spot.ts'
import { newStageSchema } from '../../crm/stage.ts'
import { newEmailTemplateSchema } from '../../flows/email-templates/create-email-template.ts'
import { flowSchema } from '../../flows/flow.ts'
import { newIntegrationSchema } from '../../sync/integrations/create-integration.ts'
import { newPostbackSchema } from '../../sync/postbacks/create-postback.ts'
import { newWebhookSchema } from '../../sync/webhooks/create-webhook.ts'
import { projectInputSchema } from '../../team/project.ts'
import { variableNameSchema } from '../../team/variable.ts'

const variableSchema = z.union([
  z.string().max(20_000),
  z.strictObject({
    value: z.string().max(20_000).optional().describe('May be absent when the project has it already.'),
    secret: z.boolean().default(false),
  }),
])

const pipelineSchema = z.strictObject({
  name: nameSchema,
  stages: z
    .array(newStageSchema)
    .max(100)
    .default([])
    .describe('What every funnel needs is added where it is missing.'),
})

const channelSchema = z.strictObject({
  kind: z.string(),
  name: channelNameSchema,
  settings: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Laid over those that the channel has; secret ones may be absent when it has them already.'),
  enabled: z.boolean().default(true),
  botReturnsAfter: botReturnsAfterSchema.optional(),
})

const integrationSchema = newIntegrationSchema.extend({
  settings: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Laid over those that the integration has; secret ones may be absent when it has them already.'),
  mapping: newIntegrationSchema.shape.mapping.describe(
    'When it is absent, the one it has stays; a new integration gets one when it is connected.',
  ),
})

const flowDeclarationSchema = flowSchema.extend({
  publish: z.boolean().default(false).describe('Whether new runs begin on it.'),
})

/** Everything of a project that can be written down: what is named is made or changed, what is not named stays. */
export const declarationSchema = z
  .strictObject({
    project: projectInputSchema.partial().optional(),
    variables: z.record(variableNameSchema, variableSchema).default({}),
    attributes: z.array(newAttributeSchema).max(1000).default([]),
    spots: z
      .array(z.strictObject({ name: nameSchema, pipelines: z.array(pipelineSchema).max(100).default([]) }))
      .max(100)
      .default([]),
    channels: z.array(channelSchema).max(200).default([]),
    integrations: z.array(integrationSchema).max(50).default([]),
    emailTemplates: z.array(newEmailTemplateSchema).max(500).default([]),
    flows: z.array(flowDeclarationSchema).max(500).default([]),
    webhooks: z.array(newWebhookSchema).max(200).default([]),
    postbacks: z.array(newPostbackSchema).max(200).default([]),
  })
  .superRefine((declaration, check) => {
    for (const list of [
      'attributes',
      'spots',
      'channels',
      'integrations',
      'emailTemplates',
      'flows',
      'webhooks',
      'postbacks',
    ] as const) {
      const names = declaration[list].map((item) => item.name)
      names.forEach((name, index) => {
        if (names.indexOf(name) === index) return
        check.addIssue({
          code: 'custom',
          path: [list, index, 'name'],
          message: `"${name}" is there twice; expected each name once`,
        })
      })
    }
  })

export type Declaration = z.output<typeof declarationSchema>
export type DeclarationInput = z.input<typeof declarationSchema>

/** What came of one thing of a declaration. */
export const appliedSchema = z.object({
  what: z.enum([
    'project',
    'variable',
    'attribute',
    'spot',
    'pipeline',
    'stage',
    'channel',
    'integration',
    'e-mail template',
    'flow',
    'webhook',
    'postback',
  ]),
  name: z.string(),
  did: z.enum(['created', 'updated', 'unchanged']),
  note: z.string().optional().describe('What is to be known besides: an address, a warning, what a vendor refused.'),
  secret: z.string().optional().describe('The signing secret of a new webhook; it is not shown again.'),
})
export type Applied = z.infer<typeof appliedSchema>
