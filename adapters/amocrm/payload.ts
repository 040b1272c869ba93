import { z } from 'zod'

/**
 * What the vendor answers, as far as we read it (amocrm.ru/developers/content/crm_platform). What is not named here is let through
 * unread; what is named and has another shape makes the whole answer unreadable.
 */
const id = z.int().positive()
const seconds = z.int()

export const fieldValue = z.object({
  value: z.unknown().optional(),
  enum_id: z.int().nullish(),
  enum_code: z.string().nullish(),
})
export type FieldValue = z.infer<typeof fieldValue>

export const fieldValues = z.object({
  field_id: id,
  field_code: z.string().nullish(),
  field_type: z.string().nullish(),
  values: z.array(fieldValue).nullish(),
})
export type FieldValues = z.infer<typeof fieldValues>

const recordParts = {
  id,
  responsible_user_id: z.int().nullish(),
  created_at: seconds.nullish(),
  updated_at: seconds.nullish(),
  is_deleted: z.boolean().nullish(),
}
const withFields = {
  ...recordParts,
  name: z.string().nullish(),
  custom_fields_values: z.array(fieldValues).nullish(),
}
const tags = { tags: z.array(z.object({ name: z.string() })).nullish() }

export const contactPayload = z.object({
  ...withFields,
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  _embedded: z.object(tags).nullish(),
})
export type ContactPayload = z.infer<typeof contactPayload>

export const leadPayload = z.object({
  ...withFields,
  price: z.number().nullish(),
  /** With the cents, in accounts that count them. */
  price_with_minor_units: z.number().nullish(),
  pipeline_id: z.int().nullish(),
  status_id: z.int().nullish(),
  _embedded: z
    .object({ ...tags, contacts: z.array(z.object({ id, is_main: z.boolean().nullish() })).nullish() })
    .nullish(),
})
export type LeadPayload = z.infer<typeof leadPayload>

export const notePayload = z.object({
  ...recordParts,
  entity_id: id,
  note_type: z.string().nullish(),
  params: z.object({ text: z.string().nullish() }).nullish().catch(null),
})
export type NotePayload = z.infer<typeof notePayload>

export const taskPayload = z.object({
  ...recordParts,
  entity_id: z.int().nullish(),
  entity_type: z.string().nullish(),
  text: z.string().nullish(),
  complete_till: seconds.nullish(),
  is_completed: z.boolean().nullish(),
})
export type TaskPayload = z.infer<typeof taskPayload>

export const accountPayload = z.object({
  id,
  name: z.string().nullish(),
  subdomain: z.string(),
  _embedded: z.object({ datetime_settings: z.object({ timezone: z.string().nullish() }).nullish() }).nullish(),
})

export const customField = z.object({
  id,
  name: z.string(),
  code: z.string().nullish(),
  type: z.string(),
  is_computed: z.boolean().nullish(),
  enums: z.array(z.object({ id, value: z.string(), code: z.string().nullish(), sort: z.int().nullish() })).nullish(),
})
export type CustomField = z.infer<typeof customField>

export const pipelinesPayload = z.object({
  _embedded: z.object({
    pipelines: z.array(
      z.object({
        id,
        name: z.string(),
        sort: z.int().nullish(),
        is_archive: z.boolean().nullish(),
        _embedded: z.object({
          statuses: z.array(z.object({ id, name: z.string(), sort: z.int().nullish(), type: z.int().nullish() })),
        }),
      }),
    ),
  }),
})
export type PipelinesPayload = z.infer<typeof pipelinesPayload>

export const userPayload = z.object({
  id,
  name: z.string(),
  email: z.string().nullish(),
  rights: z.object({ is_active: z.boolean().nullish() }).nullish(),
})

/** An answer to `POST /leads/complex`: a bare array. */
export const complexAnswers = z.array(
  z.object({
    id,
    contact_id: id.nullish(),
    request_id: z.array(z.string()).nullish(),
  }),
)

/** An answer to a write of one kind: what was written, under the kind's name. */
export const writtenOf = (kind: string) =>
  z.object({
    _embedded: z.object({
      [kind]: z.array(z.object({ id, request_id: z.string().nullish(), updated_at: seconds.nullish() })),
    }),
  })

export const tokensPayload = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.int().positive(),
})

/** What `application/problem+json` says of a refusal. */
export const problemPayload = z.object({
  title: z.string().nullish(),
  detail: z.string().nullish(),
  hint: z.string().nullish(),
  'validation-errors': z
    .array(
      z.object({
        request_id: z.string().nullish(),
        errors: z
          .array(z.object({ code: z.string().nullish(), path: z.string().nullish(), detail: z.string().nullish() }))
          .nullish(),
      }),
    )
    .nullish()
    .catch(null),
})
export type Problem = z.infer<typeof problemPayload>
