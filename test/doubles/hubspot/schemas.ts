import { z } from 'zod'

/** What a new object is made of. */
export const createBody = z.strictObject({
  properties: z.record(z.string(), z.string()),
  associations: z
    .array(
      z.strictObject({
        to: z.strictObject({ id: z.string().regex(/^\d+$/) }),
        types: z
          .array(z.strictObject({ associationCategory: z.literal('HUBSPOT_DEFINED'), associationTypeId: z.int() }))
          .length(1),
      }),
    )
    .default([]),
})

export const updateBody = z.strictObject({ properties: z.record(z.string(), z.string()) })

/** A property that the account makes for itself. */
export const propertyBody = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  label: z.string().min(1),
  type: z.enum(['string', 'number', 'date', 'datetime', 'enumeration', 'bool']),
  fieldType: z.string(),
  groupName: z.string().min(1),
})
