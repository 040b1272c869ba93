import { z } from 'zod'
import { type FieldFault, fault, invalid, problem } from './refusal.ts'

/**
 * The bodies that the vendor's pages describe (amocrm.ru/developers/content/crm_platform: leads-api, contacts-api, events-and-notes,
 * tasks-api, entity-links-api, custom-fields, webhooks-api). A property that those pages do not name is refused: it is always our mistake.
 */
const id = z.int().positive()
const stamp = z.int().positive()
const tag = z.union([
  z.strictObject({ id }),
  z.strictObject({ name: z.string().min(1).max(255) }),
  z.strictObject({ id, name: z.string() }),
])
const requestId = z.string().min(1).optional()

const fieldValues = z.strictObject({
  field_id: id.optional(),
  field_code: z.string().min(1).optional(),
  values: z
    .array(
      z.strictObject({
        value: z.unknown().optional(),
        enum_id: id.nullable().optional(),
        enum_code: z.string().nullable().optional(),
      }),
    )
    .min(1)
    .nullable(),
})
export type FieldValuesBody = z.infer<typeof fieldValues>

const shared = {
  responsible_user_id: id.optional(),
  created_by: z.int().min(0).optional(),
  updated_by: z.int().min(0).optional(),
  created_at: stamp.optional(),
  updated_at: stamp.optional(),
  custom_fields_values: z.array(fieldValues).nullable().optional(),
  tags_to_add: z.array(tag).optional(),
  request_id: requestId,
}
const changing = { tags_to_delete: z.array(tag).optional() }
const tags = { tags: z.array(tag).nullable().optional() }

const lead = {
  ...shared,
  name: z.string().nullable().optional(),
  /** With minor units where the budget has them, as the vendor's own client sends it. */
  price: z.number().min(0).optional(),
  status_id: id.optional(),
  pipeline_id: id.optional(),
  closed_at: stamp.optional(),
  loss_reason_id: id.nullable().optional(),
}
const contact = {
  ...shared,
  name: z.string().optional(),
  first_name: z.string().nullable().optional(),
  last_name: z.string().nullable().optional(),
}

export const newLead = z.strictObject({
  ...lead,
  _embedded: z
    .strictObject({
      ...tags,
      contacts: z.array(z.strictObject({ id, is_main: z.boolean().optional() })).optional(),
      companies: z.array(z.strictObject({ id })).max(1).optional(),
    })
    .optional(),
})
export const newContact = z.strictObject({ ...contact, _embedded: z.strictObject(tags).optional() })
export const changedLead = z.strictObject({
  ...lead,
  ...changing,
  id: id.optional(),
  _embedded: z.strictObject(tags).optional(),
})
export const changedContact = z.strictObject({
  ...contact,
  ...changing,
  id: id.optional(),
  _embedded: z.strictObject(tags).optional(),
})
export const complexLead = z.strictObject({
  ...lead,
  _embedded: z
    .strictObject({
      ...tags,
      contacts: z
        .array(z.strictObject({ ...contact, id: id.optional(), _embedded: z.strictObject(tags).optional() }))
        .max(1)
        .optional(),
      companies: z
        .array(z.strictObject({ id: id.optional(), name: z.string().optional() }))
        .max(1)
        .optional(),
      metadata: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
})
export type LeadBody = z.infer<typeof changedLead>
export type ContactBody = z.infer<typeof changedContact>
export type NewLeadBody = z.infer<typeof newLead>
export type ComplexBody = z.infer<typeof complexLead>

const noteParams = { text: z.string().min(1) }
const noteHead = {
  entity_id: id.optional(),
  created_by: z.int().min(0).optional(),
  created_at: stamp.optional(),
  responsible_user_id: id.optional(),
  is_need_to_trigger_digital_pipeline: z.boolean().optional(),
  request_id: requestId,
}
export const newNote = z.discriminatedUnion('note_type', [
  z.strictObject({ ...noteHead, note_type: z.literal('common'), params: z.strictObject(noteParams) }),
  z.strictObject({
    ...noteHead,
    note_type: z.enum(['service_message', 'extended_service_message']),
    params: z.strictObject({ ...noteParams, service: z.string().min(1) }),
  }),
  z.strictObject({
    ...noteHead,
    note_type: z.enum(['sms_in', 'sms_out']),
    params: z.strictObject({ ...noteParams, phone: z.string().min(1) }),
  }),
])
export type NoteBody = z.infer<typeof newNote>
export const changedNote = z.strictObject({
  id: id.optional(),
  note_type: z.string().optional(),
  params: z.strictObject({ ...noteParams, service: z.string().optional(), phone: z.string().optional() }),
  request_id: requestId,
})

const task = {
  responsible_user_id: id.optional(),
  entity_id: id.optional(),
  entity_type: z.enum(['leads', 'contacts', 'companies', 'customers']).optional(),
  is_completed: z.boolean().optional(),
  task_type_id: id.optional(),
  duration: z.int().min(0).optional(),
  result: z.strictObject({ text: z.string() }).optional(),
  created_by: z.int().min(0).optional(),
  updated_by: z.int().min(0).optional(),
  created_at: stamp.optional(),
  updated_at: stamp.optional(),
  request_id: requestId,
}
export const newTask = z.strictObject({ ...task, text: z.string().min(1), complete_till: stamp })
export const changedTask = z.strictObject({
  ...task,
  id: id.optional(),
  text: z.string().min(1).optional(),
  complete_till: stamp.optional(),
})
export type NewTaskBody = z.infer<typeof newTask>
export type TaskBody = z.infer<typeof changedTask>

export const newLink = z.strictObject({
  to_entity_id: id,
  to_entity_type: z.enum(['leads', 'contacts', 'companies', 'catalog_elements']),
  metadata: z
    .strictObject({ is_main: z.boolean().optional(), main_contact: z.boolean().optional(), updated_by: id.optional() })
    .optional(),
})

export const newField = z.strictObject({
  name: z.string().min(1).max(255),
  type: z.string(),
  code: z
    .string()
    .regex(/^[A-Za-z0-9_]+$/)
    .optional(),
  sort: z.int().min(0).optional(),
  group_id: z.string().nullable().optional(),
  is_api_only: z.boolean().optional(),
  is_required: z.boolean().optional(),
  remind: z.string().nullable().optional(),
  enums: z
    .array(z.strictObject({ value: z.string().min(1), sort: z.int().min(0), code: z.string().optional() }))
    .nullable()
    .optional(),
  required_statuses: z.array(z.strictObject({ status_id: id, pipeline_id: id })).optional(),
  request_id: requestId,
})
export type NewFieldBody = z.infer<typeof newField>

/** Events of webhooks (webhooks-api, "Список доступных действий"), as far as they concern what the double has. */
export const hookEvents = [
  ...['lead', 'contact', 'company', 'customer', 'task'].flatMap((entity) => [
    `add_${entity}`,
    `update_${entity}`,
    `delete_${entity}`,
    `responsible_${entity}`,
  ]),
  ...['lead', 'contact', 'company'].map((entity) => `restore_${entity}`),
  ...['lead', 'contact', 'company', 'customer'].map((entity) => `note_${entity}`),
  'status_lead',
  ...['add', 'update', 'delete'].flatMap((action) => [`${action}_unsorted`, `${action}_catalog_element`]),
  ...['add_talk', 'update_talk', 'add_message', 'add_chat_template_review'],
]
const destination = z.url({ protocol: /^https?$/ })
export const newWebhook = z.strictObject({
  destination,
  settings: z.array(z.enum(hookEvents as [string, ...string[]])).min(1),
  sort: z.int().min(0).optional(),
})
export const gonWebhook = z.strictObject({ destination })

/** Reads a batch: an array of at most `most` things. All that is wrong with any of them is told; then none is written. */
export function readBatch<T>(schema: z.ZodType<T>, json: unknown, most: number): T[] {
  if (!Array.isArray(json)) throw problem(400, 'The body must be an array.')
  if (json.length === 0) throw problem(400, 'The array is empty.')
  if (json.length > most) throw problem(400, `At most ${most} entities may be sent in a request, not ${json.length}.`)
  const wrong: { requestId: string; errors: FieldFault[] }[] = []
  const things = json.map((one, index) => {
    const parsed = schema.safeParse(one)
    if (parsed.success) return parsed.data
    const given = (one as { request_id?: unknown } | null)?.request_id
    const requestId = typeof given === 'string' ? given : String(index)
    wrong.push({ requestId, errors: faultsOf(parsed.error) })
    return undefined
  })
  if (wrong.length > 0) throw invalid(wrong)
  return things as T[]
}

/** Reads a body that is one object. */
export function readOne<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw invalid([{ requestId: '0', errors: faultsOf(parsed.error) }])
  return parsed.data
}

function faultsOf(error: z.ZodError): FieldFault[] {
  return error.issues.map(({ path, message, code }) =>
    fault(
      path.join('.'),
      message,
      code === 'unrecognized_keys' ? 'UnexpectedField' : code === 'invalid_type' ? 'InvalidType' : 'InvalidValue',
    ),
  )
}
