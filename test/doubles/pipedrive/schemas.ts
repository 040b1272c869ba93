import { z } from 'zod'

const texts = z.array(
  z.strictObject({ value: z.string().min(1), primary: z.boolean().optional(), label: z.string().optional() }),
)
const customFields = z.record(z.string(), z.unknown())

/** What may be written, as the models of pipedrive/client-nodejs (API v2; notes and webhooks v1) have it. */
export const bodies = {
  persons: z.strictObject({
    name: z.string().min(1),
    owner_id: z.int(),
    emails: texts,
    phones: texts,
    custom_fields: customFields,
  }),
  deals: z.strictObject({
    title: z.string().min(1),
    owner_id: z.int(),
    person_id: z.int(),
    pipeline_id: z.int(),
    stage_id: z.int(),
    value: z.number().nullable(),
    currency: z.string().length(3),
    status: z.enum(['open', 'won', 'lost']),
    custom_fields: customFields,
  }),
  activities: z.strictObject({
    subject: z.string().min(1),
    type: z.enum(['call', 'meeting', 'task', 'deadline', 'email', 'lunch']),
    owner_id: z.int(),
    deal_id: z.int(),
    participants: z.array(z.strictObject({ person_id: z.int(), primary: z.boolean() })),
    due_date: z.string().regex(/^\d{4}-\d\d-\d\d$/),
    due_time: z.string().regex(/^\d\d:\d\d(:\d\d)?$/),
    done: z.boolean(),
    note: z.string(),
  }),
  notes: z.strictObject({ content: z.string().min(1), deal_id: z.int(), person_id: z.int() }),
}

/** What has to be there in something new. */
export const required = {
  persons: ['name'],
  deals: ['title'],
  activities: ['subject', 'type'],
  notes: ['content'],
} as const

export const webhookBody = z.strictObject({
  subscription_url: z.url(),
  name: z.string().min(1),
  event_action: z.enum(['create', 'change', 'delete', '*']),
  event_object: z.enum(['activity', 'deal', 'note', 'person', '*']),
  version: z.enum(['1.0', '2.0']),
  http_auth_user: z.string(),
  http_auth_password: z.string(),
})

/** The query of a list of v2. */
export const listQuery = z.strictObject({
  ids: z
    .string()
    .regex(/^\d+(,\d+){0,99}$/, 'expected up to 100 ids')
    .optional(),
  deal_id: z.string().regex(/^\d+$/).optional(),
  person_id: z.string().regex(/^\d+$/).optional(),
  updated_since: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    .optional(),
  sort_by: z.enum(['id', 'update_time', 'add_time']).default('id'),
  sort_direction: z.enum(['asc', 'desc']).default('asc'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z
    .string()
    .regex(/^c\d+$/)
    .optional(),
})

export const notesQuery = z.strictObject({
  deal_id: z.string().regex(/^\d+$/).optional(),
  person_id: z.string().regex(/^\d+$/).optional(),
  updated_since: z.string().optional(),
  sort: z
    .string()
    .regex(/^(add_time|update_time) (ASC|DESC)$/)
    .default('add_time ASC'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  start: z.coerce.number().int().min(0).default(0),
})

export const searchQuery = z.strictObject({
  term: z.string().min(1),
  fields: z.enum(['phone', 'email']),
  exact_match: z.literal('true'),
  limit: z.coerce.number().int().min(1).max(500),
})
