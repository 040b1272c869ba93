import { z } from 'zod'
import { entitySchema } from '../../conversations/message.ts'
import { operation } from '../../platform/http/operation.ts'
import { idParams, momentSchema, pageOf, pageQuery } from '../../platform/http/schemas.ts'
import { newEmailTemplateSchema } from './create-email-template.ts'
import { emailTemplateUpdateSchema } from './update-email-template.ts'

const templateSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    createdAt: momentSchema,
    updatedAt: momentSchema,
  })
  .meta({ id: 'EmailTemplate' })

const templates = { tag: 'e-mail templates' } as const

export const getEmailTemplates = operation({
  ...templates,
  id: 'listEmailTemplates',
  method: 'get',
  path: '/email-templates',
  summary: 'Lists the e-mail templates, the oldest first',
  access: 'read',
  query: pageQuery,
  answer: pageOf(templateSchema),
})

export const postEmailTemplate = operation({
  ...templates,
  id: 'createEmailTemplate',
  method: 'post',
  path: '/email-templates',
  summary: 'Makes an e-mail template',
  description: 'A faulty placeholder is refused, with its field, line and column.',
  access: 'admin',
  body: newEmailTemplateSchema,
  answer: templateSchema,
  status: 201,
})

export const getEmailTemplateById = operation({
  ...templates,
  id: 'readEmailTemplate',
  method: 'get',
  path: '/email-templates/{id}',
  summary: 'Reads an e-mail template',
  access: 'read',
  params: idParams,
  answer: templateSchema,
})

export const patchEmailTemplate = operation({
  ...templates,
  id: 'updateEmailTemplate',
  method: 'patch',
  path: '/email-templates/{id}',
  summary: 'Changes what is given of an e-mail template',
  access: 'admin',
  params: idParams,
  body: emailTemplateUpdateSchema,
  answer: templateSchema,
})

export const removeEmailTemplate = operation({
  ...templates,
  id: 'deleteEmailTemplate',
  method: 'delete',
  path: '/email-templates/{id}',
  summary: 'Removes an e-mail template',
  description: 'Blocks that name it fail from then on.',
  access: 'admin',
  params: idParams,
})

export const postEmailTemplatePreview = operation({
  ...templates,
  id: 'previewEmailTemplate',
  method: 'post',
  path: '/email-templates/{id}/preview',
  summary: 'Shows an e-mail template as a contact would get it; nothing is sent',
  description: 'Values of secrets are masked.',
  access: 'read',
  params: idParams,
  body: z.strictObject({
    contactId: z.int(),
    dealId: z.int().optional().describe('What `{{ deal.… }}` is filled in from; a deal of the contact.'),
    variables: z.record(z.string(), z.unknown()).default({}).describe('What `{{ run.… }}` is filled in from.'),
  }),
  answer: z.object({
    subject: z.string().describe('Empty: that of the conversation goes on.'),
    text: z.string().describe('Without its Markdown.'),
    entities: z.array(entitySchema).describe('The formatting of the text.'),
    html: z.string().describe('Empty: the e-mail has a text alone.'),
  }),
})
