import { z } from 'zod'
import { bodyRule, requestFields, sourceSchema } from '../../../platform/http-request/request-template.ts'
import { targetSchema } from '../target.ts'

export const mappingSchema = z.strictObject({
  from: sourceSchema,
  to: targetSchema,
  fallback: z
    .union([z.string().max(20_000), z.number(), z.boolean(), z.null()])
    .optional()
    .describe('What is kept when there is no such value, or no answer; without it the old value stays.'),
})

export const requestOptionsSchema = z
  .strictObject({
    ...requestFields,
    mapping: z
      .array(mappingSchema)
      .max(100)
      .default([])
      .describe('What is kept of the answer, several values at once.'),
    statusOutputs: z
      .array(z.string().regex(/^[1-5](\d\d|xx)$/, 'expected a status such as 404 or a group such as 5xx'))
      .max(20)
      .default([])
      .refine((outputs) => new Set(outputs).size === outputs.length, 'expected each status once')
      .describe('Statuses with an output of their own: `404`, `5xx`. Others leave by `ok` (2xx) or `error`.'),
  })
  .refine(bodyRule.check, bodyRule.params)
export type RequestOptions = z.infer<typeof requestOptionsSchema>
