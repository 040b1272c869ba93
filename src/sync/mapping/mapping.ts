import { z } from 'zod'

/** Which way a value goes between us and another CRM. */
export type Direction = 'push' | 'pull' | 'both'

const directionSchema = z
  .enum(['push', 'pull', 'both'])
  .default('both')
  .describe(
    '`push`: only from here to there; `pull`: only from there to here; `both`: whichever side changes tells the other.',
  )

const name = z.string().trim().min(1, 'expected a name').max(200)
const idThere = z.string().trim().min(1, 'expected an id of the account').max(200)

const fieldMappingSchema = z.strictObject({
  ours: name.describe(
    'A field of ours as placeholders name it (`first_name`, `budget`), `attributes.NAME` of a contact or `variables.NAME` of a deal.',
  ),
  theirs: name.describe('The key of the field there; `KEY:KIND` where its values have kinds.'),
  direction: directionSchema,
})

const pipelineMappingSchema = z.strictObject({
  spot: name.describe('The spot of ours, by name.'),
  pipeline: name.describe('Its pipeline, by name.'),
  theirs: idThere.describe('The pipeline there, by id.'),
  stages: z
    .array(
      z.strictObject({
        stage: name.describe('The stage of ours, by name.'),
        theirs: idThere.describe(
          'The stage there, by id. Where several of ours name the same, the first is meant on the way back.',
        ),
      }),
    )
    .max(200)
    .default([]),
})

/** How a project and the account of another CRM answer to each other, as it is given and kept; what is absent gets its default. */
export const crmMappingSchema = z.strictObject({
  contact: z.array(fieldMappingSchema).max(300).default([]).describe('What is exchanged of contacts.'),
  deal: z.array(fieldMappingSchema).max(300).default([]).describe('What is exchanged of deals.'),
  labels: z
    .enum(['push', 'pull', 'both', 'none'])
    .default('both')
    .describe('Labels of contacts are tags there; `none` keeps the two apart.'),
  pipelines: z.array(pipelineMappingSchema).max(200).default([]),
  users: z
    .array(
      z.strictObject({
        operator: name.describe('An operator by e-mail, or by name.'),
        user: idThere.describe('The user there, by id.'),
      }),
    )
    .max(500)
    .default([])
    .describe('Operators who are not found by their e-mail among the users there.'),
})

/** How a project and the account of another CRM answer to each other. */
export type CrmMapping = z.output<typeof crmMappingSchema>
/** One of our values and the field there that it is kept in. */
export type FieldMapping = z.output<typeof fieldMappingSchema>
/** A pipeline of ours by the names of spot and pipeline, and the one there by its id. */
export type PipelineMapping = z.output<typeof pipelineMappingSchema>

/** What an integration exchanges before its account was ever connected: nothing but labels. */
export const emptyMapping: CrmMapping = crmMappingSchema.parse({})
