import type { ContactView } from '../../contacts/contact.ts'
import type { DealView } from '../../crm/deal.ts'
import type { TaskView } from '../../crm/tasks/task.ts'
import type { RecordedChange } from '../../platform/changes.ts'
import { shortened } from '../../platform/cut-text.ts'
import type {
  ChangeSubjects,
  ConversationView,
  MessageView,
  OperatorView,
  SalesPlanView,
} from '../change-subjects.store.ts'

/** What a webhook's receiver gets. */
export interface ChangePayload {
  /** Of the change: the same for every subscription, `chg_` and its number. */
  id: string
  type: string
  /** Of this format. */
  version: 1
  /** When it happened, ISO 8601. */
  at: string
  /** Absent of a test. */
  ordering?: Ordering
  project: { id: number; name: string }
  data: {
    /** With the deal comes its contact. As they were when the payload was made. */
    contact: ContactView | null
    deal: DealView | null
    conversation: ConversationView | null
    /** These only of a change that is about one, which is there. */
    task?: TaskView
    salesPlan?: SalesPlanView
    message?: MessageView
    /** Who was given something, is to do the task, or was changed. */
    operator?: OperatorView
    /** What changed, as the kind of change has it, and who did it (`by`). */
    change: Record<string, unknown>
  }
  /** Texts were shortened, or values left out, so that the payload stays small. */
  truncated?: true
}

/**
 * Where a change stands among those of the same deal, contact or conversation: of two with one key the greater sequence is the newer, and
 * holds a state that is at least as new as its change.
 */
export interface Ordering {
  /** `deal:42`, else `contact:7`, `conversation:3` or `project:1`. */
  key: string
  /** The number of the change, which grows over all keys. */
  sequence: number
}

/** Receivers and their gateways are promised no more than this many bytes of JSON. */
export const maxPayloadBytes = 20_000

/** The payload of a change, whole; {@link fitPayload} makes it small enough to be sent. */
export function changePayload(change: RecordedChange, { project, ...subjects }: ChangeSubjects): ChangePayload {
  return {
    id: `chg_${change.id}`,
    type: change.kind,
    version: 1,
    at: change.at.toISOString(),
    ordering: { key: orderingKey(change, subjects), sequence: change.id },
    project: { id: project.id, name: project.name },
    data: { ...subjects, change: change.data },
  }
}

function orderingKey(change: RecordedChange, { contact }: Pick<ChangeSubjects, 'contact'>): string {
  if (change.dealId) return `deal:${change.dealId}`
  // The changes of a contact that was merged are put in order with those of its survivor, which they show.
  if (change.contactId) return `contact:${contact?.id ?? change.contactId}`
  if (change.conversationId) return `conversation:${change.conversationId}`
  return `project:${change.projectId}`
}

/** Shortens long texts more and more until the payload is small enough; what many values fill is left out at last. */
export function fitPayload(payload: ChangePayload): ChangePayload {
  if (sizeOf(payload) <= maxPayloadBytes) return payload
  for (const length of [2000, 500, 200]) {
    const shorter: ChangePayload = { ...payload, data: textsShortened(payload.data, length), truncated: true }
    if (sizeOf(shorter) <= maxPayloadBytes) return shorter
  }
  const { contact, deal, message, change, ...others } = textsShortened(payload.data, 200)
  return {
    ...payload,
    data: {
      ...others,
      contact: contact && { ...contact, attributes: {}, labels: [], identities: contact.identities.slice(0, 10) },
      deal: deal && { ...deal, variables: {} },
      ...(message && { message: { ...message, parts: null } }),
      change: change.by === undefined ? {} : { by: change.by },
    },
    truncated: true,
  }
}

function sizeOf(payload: ChangePayload): number {
  return Buffer.byteLength(JSON.stringify(payload))
}

function textsShortened<Value>(value: Value, length: number): Value {
  if (typeof value === 'string') return shortened(value, length) as Value
  if (Array.isArray(value)) return value.map((item) => textsShortened(item, length)) as Value
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, textsShortened(item, length)])) as Value
}
