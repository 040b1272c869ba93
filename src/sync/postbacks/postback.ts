import { z } from 'zod'

/** Where one value of a postback's body goes. */
export const postbackFieldSchema = z.strictObject({
  from: z.string().min(1).describe('JSONPath into the body (`$.user.phone`); a form is an object of its fields.'),
  to: z
    .string()
    .regex(
      /^(first_name|last_name|username|phone|email|country|language|time_zone|traffic_source|label|identity\.[a-z_]+|attributes\.\S+|variables\.\S+)$/,
    )
    .describe(
      'A contact field, `attributes.NAME`, `label`, `identity.KIND`, or `variables.NAME` of the run that is started.',
    ),
  fallback: z.string().optional(),
})

export type PostbackField = z.infer<typeof postbackFieldSchema>

/** How the body of a postback becomes a contact. */
export const postbackMappingSchema = z.strictObject({
  fields: z.array(postbackFieldSchema).min(1).max(100),
  /** The fields that find an existing contact, the first that finds one wins. */
  findBy: z.array(z.union([z.enum(['phone', 'email']), z.string().regex(/^identity\.[a-z_]+$/)])).min(1),
})
export type PostbackMapping = z.infer<typeof postbackMappingSchema>
