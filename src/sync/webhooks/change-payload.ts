import type { ContactView } from '../../contacts/contact.ts'
import type { DealView } from '../../crm/deal.ts'
import type { TaskView } from '../../crm/tasks/task.ts'
import type { RecordedChange } from '../../platform/changes.ts'
import {
  type ChangeSubjects,
  type ConversationView,
  type MessageView,
  messageIdOf,
  type OperatorView,
  operatorIdOf,
  type SalesPlanView,
  salesPlanIdOf,
  taskIdOf,
} from '../change-subjects.store.ts'

/** What a webhook's receiver gets. */
export interface ChangePayload {
  /** Of the change: the same for every subscription, `chg_` and its number. */
  id: string
  type: string
  /** Of this format. Which of two states of a deal is the newer is told by the deal's own `version`. */
  version: 1
  /** When it happened, ISO 8601. */
  at: string
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

/** Receivers and their gateways are promised no more than this many bytes of JSON. */
export const maxPayloadBytes = 20_000

/** The payload of a change. */
export function changePayload(change: RecordedChange, subjects: ChangeSubjects): ChangePayload {
  const deal = subjects.deals.get(change.dealId ?? 0) ?? null
  const task = subjects.tasks.get(taskIdOf(change) ?? 0)
  const salesPlan = subjects.salesPlans.get(salesPlanIdOf(change) ?? 0)
  const message = subjects.messages.get(messageIdOf(change) ?? 0)
  const operator = subjects.operators.get(operatorIdOf(change) ?? 0)
  return fitted({
    id: `chg_${change.id}`,
    type: change.kind,
    version: 1,
    at: change.at.toISOString(),
    project: subjects.projects.get(change.projectId) ?? { id: change.projectId, name: '' },
    data: {
      contact: subjects.contacts.get(change.contactId ?? deal?.contactId ?? 0) ?? null,
      deal,
      conversation: subjects.conversations.get(change.conversationId ?? 0) ?? null,
      ...(task && { task }),
      ...(salesPlan && { salesPlan }),
      ...(message && { message }),
      ...(operator && { operator }),
      change: change.data,
    },
  })
}

/** Shortens long texts more and more until the payload is small enough; what many values fill is left out at last. */
function fitted(payload: ChangePayload): ChangePayload {
  if (sizeOf(payload) <= maxPayloadBytes) return payload
  for (const length of [2000, 500, 200]) {
    const shorter: ChangePayload = { ...payload, data: shortened(payload.data, length), truncated: true }
    if (sizeOf(shorter) <= maxPayloadBytes) return shorter
  }
  const { contact, deal, message, change, ...others } = shortened(payload.data, 200)
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

function shortened<Value>(value: Value, length: number): Value {
  if (typeof value === 'string') return (value.length > length ? `${value.slice(0, length)}…` : value) as Value
  if (Array.isArray(value)) return value.map((item) => shortened(item, length)) as Value
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shortened(item, length)])) as Value
}
