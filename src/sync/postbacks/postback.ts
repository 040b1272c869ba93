import { z } from 'zod'
import { checkJsonPath } from '../../platform/json-path.ts'

const existingSchema = z.enum(['overwrite', 'fill_empty'])

/** Where one value of a postback's body goes. */
export const postbackFieldSchema = z.strictObject({
  from: z.string().min(1).describe('JSONPath into the body (`$.user.phone`); a form is an object of its fields.'),
  to: z
    .string()
    .regex(
      /^(id|first_name|last_name|username|phone|email|country|language|time_zone|traffic_source|label|identity\.[a-z_]+|attributes\.\S+|variables\.\S+|deal\.(name|budget|currency|description|stage|variables\.\S+))$/,
      'expected a contact field such as phone, or id, label, attributes.NAME, identity.KIND, variables.NAME, deal.budget, deal.variables.NAME',
    )
    .describe(
      'A contact field, `id` (of the contact), `attributes.NAME`, `label`, `identity.KIND`, `variables.NAME` of the run that is started, or `deal.name`, `.budget`, `.currency`, `.description`, `.stage`, `.variables.NAME`.',
    ),
  fallback: z.string().optional(),
  existing: existingSchema.optional().describe("Of this field of a contact that was found, instead of the mapping's."),
})

export type PostbackField = z.infer<typeof postbackFieldSchema>

/** Which deal of the contact a postback is about. */
export const postbackDealSchema = z.strictObject({
  rule: z
    .enum(['current_or_new', 'current', 'new'])
    .optional()
    .describe(
      "The contact's current deal, or a new one where there is none (the default); the current one only; or a new one with each call.",
    ),
  findBy: z
    .string()
    .regex(/^[\p{L}_][\p{L}\p{N}_]{0,63}$/u, 'expected the name of a deal variable')
    .optional()
    .describe('A variable of deals that tells which one is meant (`order_id`), filled by `deal.variables.NAME`.'),
  name: z.string().trim().min(1).max(200).optional().describe("Of a new deal; the postback's name when absent."),
  spot: z.string().optional(),
  pipeline: z.string().optional(),
  stage: z.string().optional().describe('In which a new deal begins; the first open stage when absent.'),
})
export type PostbackDeal = z.infer<typeof postbackDealSchema>

/** How the body of a postback becomes a contact. */
export const postbackMappingSchema = z.strictObject({
  fields: z.array(postbackFieldSchema).min(1).max(100),
  findBy: z
    .array(z.union([z.enum(['id', 'phone', 'email']), z.string().regex(/^identity\.[a-z_]+$/)]))
    .min(1)
    .describe('The fields that find an existing contact, the first that finds one wins.'),
  whenDifferent: z
    .enum(['first', 'refuse', 'link'])
    .optional()
    .describe(
      'When fields find different contacts: take the first (the default), refuse the call with 409, or take the first and link the cards as one person.',
    ),
  whenNobody: z
    .enum(['create', 'refuse'])
    .optional()
    .describe('When no contact is found: make one (the default), or answer 404 and do nothing.'),
  whenNothing: z
    .enum(['refuse', 'ignore'])
    .optional()
    .describe(
      'When the body has none of the fields of `findBy`: refuse it (the default), or answer 200 and do nothing.',
    ),
  existing: existingSchema
    .optional()
    .describe(
      'Fields and attributes of a contact that was found: overwritten (the default), or only filled where empty.',
    ),
  key: z
    .string()
    .max(500)
    .optional()
    .describe(
      'What tells a repeated call besides the header Idempotency-Key: a JSONPath (`$.order.id`), or `header:` and a name.',
    )
    .superRefine((key, context) => {
      const message = key === undefined || isHeader(key) ? undefined : pathFault(key)
      if (message) context.addIssue({ code: 'custom', message })
    }),
  startsPerHour: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe(
      'How often at most the flow begins for one contact within an hour (60 when absent): a circle through another system ends there.',
    ),
  deal: postbackDealSchema.optional().describe('Absent, deal fields change the current deal or make one.'),
})
export type PostbackMapping = z.infer<typeof postbackMappingSchema>

const isHeader = (key: string): boolean => /^header:[\w!#$%&'*+.^`|~-]+$/.test(key)

function pathFault(path: string): string | undefined {
  return path.startsWith('$') ? checkJsonPath(path) : 'expected a JSONPath such as $.order.id, or header: and a name'
}
