import { contactScope } from '../../contacts/contact.ts'
import { dealScope } from '../../crm/deal.ts'
import type { ChangePayload } from './change-payload.ts'

/** What the filter and the templates of a webhook see, by its first part. */
export interface WebhookScope {
  /** As in flows: `contact.first_name`, `contact.city` (an attribute), `contact.labels`. */
  contact: Record<string, unknown>
  /** As in flows: `deal.budget`, `deal.pipeline` (its name), `deal.model` (a variable). */
  deal: Record<string, unknown>
  conversation: Record<string, unknown>
  message: Record<string, unknown>
  task: Record<string, unknown>
  operator: Record<string, unknown>
  /** Its `id`, `kind` and `at`, who made it (`by.kind`), and what its kind tells: `change.to.stage.name`. */
  change: Record<string, unknown>
  project: Record<string, unknown>
  /** The standard payload, of which any part can be taken whole. */
  payload: ChangePayload
  /** The moment of the change, ISO 8601. */
  now: string
}

/** What a change's payload gives to the filter and the templates. */
export function webhookScope(payload: ChangePayload): WebhookScope {
  const { contact, deal, conversation, message, task, operator, change } = payload.data
  return {
    contact: contact ? { ...contactScope(contact), responsible_id: contact.responsibleId } : {},
    deal: deal ? { ...dealScope(deal, deal), responsible_id: deal.responsibleId } : {},
    conversation: conversation
      ? {
          id: conversation.id,
          kind: conversation.kind,
          title: conversation.title,
          mode: conversation.mode,
          channel: conversation.channel.name,
          assignee_id: conversation.assigneeId,
        }
      : {},
    message: message ? { id: message.id, direction: message.direction, text: message.text, at: message.at } : {},
    task: task
      ? {
          id: task.id,
          name: task.name,
          description: task.description,
          status: task.status,
          due_at: task.dueAt,
          responsible_id: task.responsibleId,
        }
      : {},
    operator: operator ? { ...operator } : {},
    change: { ...change, id: payload.ordering?.sequence ?? null, kind: payload.type, at: payload.at },
    project: payload.project,
    payload,
    now: payload.at,
  }
}

/** What stands below the parts that always have the same fields. */
export const fixedFields: ReadonlyMap<string, readonly string[]> = new Map([
  ['conversation', ['id', 'kind', 'title', 'mode', 'channel', 'assignee_id']],
  ['message', ['id', 'direction', 'text', 'at']],
  ['task', ['id', 'name', 'description', 'status', 'due_at', 'responsible_id']],
  ['operator', ['id', 'name', 'email']],
  ['project', ['id', 'name']],
])

/** What a placeholder of a webhook can begin with. */
export const webhookRoots: readonly (keyof WebhookScope)[] = [
  'contact',
  'deal',
  'conversation',
  'message',
  'task',
  'operator',
  'change',
  'project',
  'payload',
  'now',
]
