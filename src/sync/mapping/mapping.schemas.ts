import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import { idParams } from '../../platform/http/schemas.ts'
import { crmMappingSchema } from './mapping.ts'
import { mappingPreviewSchema } from './preview-mapping.ts'

const integrations = { tag: 'integrations' } as const

const faults = z.array(z.object({ path: z.string(), message: z.string() }))

const subjectPreview = z
  .object({
    id: z.int(),
    fields: z.array(
      z.object({
        ours: z.string(),
        theirs: z.string(),
        title: z
          .string()
          .nullable()
          .describe('What the field is called there; null when the account has none of that key.'),
        direction: z.enum(['push', 'pull', 'both']),
        ourValue: z.unknown().describe('What it holds here.'),
        sent: z.boolean(),
        value: z
          .union([z.string(), z.number(), z.boolean(), z.array(z.string())])
          .nullable()
          .describe('What it would hold there; null is empty.'),
        shown: z.string().describe('The same in words, stages and users by their names.'),
        fault: z.string().nullable().describe('Why it cannot be sent, or only shortened.'),
      }),
    ),
    tags: z.array(z.string()).describe('Labels that would be tags there.'),
  })
  .meta({ id: 'MappedSubject' })

export const postMappingPreview = operation({
  ...integrations,
  id: 'previewMapping',
  method: 'post',
  path: '/integrations/{id}/preview',
  summary:
    'Tells what would be sent of a contact, or of a deal with its contact, by a mapping, kept or not; nothing is sent',
  access: 'read',
  params: idParams,
  body: mappingPreviewSchema,
  answer: z
    .object({
      faults: faults.describe('What is wrong with the mapping itself.'),
      contact: subjectPreview,
      deal: subjectPreview.nullable(),
    })
    .meta({ id: 'MappingPreview' }),
})

export const getSuggestedMapping = operation({
  ...integrations,
  id: 'suggestMapping',
  method: 'get',
  path: '/integrations/{id}/suggested-mapping',
  summary: 'Suggests a mapping by what is called the same on both sides; nothing is kept',
  access: 'read',
  params: idParams,
  answer: crmMappingSchema.meta({ id: 'SuggestedMapping' }),
})
