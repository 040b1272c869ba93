import { contactFieldNames } from '../../contacts/contact.ts'
import type { RecordedChange } from '../../platform/changes.ts'
import type { ChangeTrigger } from '../flow.ts'

export type ChangeTriggerType = ChangeTrigger['type']

/** One thing that a change tells, as triggers ask for it and as placeholders see it (`trigger`). */
export type Happening =
  | {
      type: 'stage_entered'
      spot: string
      pipeline: string
      stage: string
      /** The stage before, null when the deal was made here; and the stage now. */
      old: string | null
      new: string
    }
  | { type: 'deal_created'; spot: string; pipeline: string; stage: string }
  | { type: 'label_added' | 'label_removed'; label: string }
  | { type: 'field_changed' | 'deal_field_changed'; field: string; old: unknown; new: unknown }
  | {
      type: 'task_overdue' | 'task_done'
      /** `due_at` in ISO 8601. */
      task: { id: number; name: string; due_at: string | null }
      operator?: ToldOperator
    }
  | {
      type: 'assigned'
      of: 'conversation' | 'deal' | 'contact'
      /** Numbers of operators. */
      old: number | null
      new: number
      /** Filled in where somebody asks for it. */
      operator?: ToldOperator
    }

/** Who was given something, or is to do it. */
export interface ToldOperator {
  id: number
  name: string
  email: string | null
}

/** The kinds of change that pull a trigger. */
export const pullingKinds = [
  'contact.label_added',
  'contact.label_removed',
  'contact.responsible_changed',
  'contact.updated',
  'conversation.assigned',
  'deal.assigned',
  'deal.created',
  'deal.stage_entered',
  'deal.updated',
  'task.done',
  'task.overdue',
] as const

/** What a change tells; nothing when it pulls no trigger of any type. */
export function happeningsOf({ kind, data }: Pick<RecordedChange, 'kind' | 'data'>): Happening[] {
  switch (kind as (typeof pullingKinds)[number]) {
    case 'deal.created': {
      const place = namesOf(data)
      return [
        { type: 'deal_created', ...place },
        { type: 'stage_entered', ...place, old: null, new: place.stage },
        ...given('deal', null, data.responsibleId),
      ]
    }
    case 'deal.stage_entered': {
      const place = namesOf(data.to as object)
      return [{ type: 'stage_entered', ...place, old: namesOf(data.from as object).stage, new: place.stage }]
    }
    case 'deal.updated':
      return fieldChanges(data).flatMap(([name, old, now]): Happening[] => {
        const field = dealPlaceholder(name)
        return field ? [{ type: 'deal_field_changed', field, old, new: now }] : []
      })
    case 'contact.updated':
      return fieldChanges(data).map(([name, old, now]) => ({
        type: 'field_changed',
        field: contactPlaceholder(name),
        old,
        new: now,
      }))
    case 'contact.label_added':
      return [{ type: 'label_added', label: String(data.label) }]
    case 'contact.label_removed':
      return [{ type: 'label_removed', label: String(data.label) }]
    case 'contact.responsible_changed':
      return given('contact', data.from, data.to)
    case 'conversation.assigned':
      return given('conversation', data.from, data.to)
    case 'deal.assigned':
      return given('deal', data.from, data.to)
    case 'task.overdue':
      return [{ type: 'task_overdue', task: taskOf(data) }]
    case 'task.done':
      return [{ type: 'task_done', task: taskOf(data) }]
    default:
      return []
  }
}

/** Whether a trigger wants this. */
export function pulls(trigger: ChangeTrigger, happening: Happening): boolean {
  switch (trigger.type) {
    case 'stage_entered':
      return happening.type === 'stage_entered' && stands(trigger, happening)
    case 'deal_created':
      return happening.type === 'deal_created' && stands(trigger, happening)
    case 'label_added':
    case 'label_removed':
      return happening.type === trigger.type && happening.label === trigger.label
    case 'field_changed':
    case 'deal_field_changed':
      return (
        happening.type === trigger.type &&
        happening.field === trigger.field &&
        (trigger.value === undefined || becomes(trigger.value, happening))
      )
    case 'task_overdue':
    case 'task_done':
      return happening.type === trigger.type
    case 'assigned':
      return (
        happening.type === 'assigned' &&
        (trigger.of ?? happening.of) === happening.of &&
        (trigger.operator === undefined || happening.operator?.email?.toLowerCase() === trigger.operator.toLowerCase())
      )
  }
}

function stands(
  wanted: { spot?: string; pipeline?: string; stage?: string },
  place: { spot: string; pipeline: string; stage: string },
): boolean {
  return (['spot', 'pipeline', 'stage'] as const).every((what) => (wanted[what] ?? place[what]) === place[what])
}

/** Numbers, yes/no and texts are compared as they are written. */
function becomes(value: string | number | boolean, { old, new: now }: { old: unknown; new: unknown }): boolean {
  const has = (held: unknown) =>
    Array.isArray(held) ? held.map(String).includes(String(value)) : held !== null && String(held) === String(value)
  return has(now) && !has(old)
}

function given(of: 'conversation' | 'deal' | 'contact', old: unknown, now: unknown): Happening[] {
  return typeof now === 'number' ? [{ type: 'assigned', of, old: typeof old === 'number' ? old : null, new: now }] : []
}

function taskOf(data: Record<string, unknown>): { id: number; name: string; due_at: string | null } {
  return { id: Number(data.taskId), name: String(data.name), due_at: (data.dueAt as string | null) ?? null }
}

function namesOf(place: object): { spot: string; pipeline: string; stage: string } {
  const name = (what: string) => String((place as Record<string, { name?: unknown } | undefined>)[what]?.name ?? '')
  return { spot: name('spot'), pipeline: name('pipeline'), stage: name('stage') }
}

function fieldChanges(data: Record<string, unknown>): [name: string, old: unknown, now: unknown][] {
  const fields = (data.fields ?? {}) as Record<string, [unknown, unknown]>
  return Object.entries(fields).map(([name, [old, now]]) => [name, old ?? null, now ?? null])
}

function contactPlaceholder(name: string): string {
  const field = contactFieldNames.get(name as never)
  return `contact.${field ?? name.replace(/^attributes\./, '')}`
}

/** The fields of a deal that a trigger can ask for besides its variables; where it stands and whose it is have triggers of their own. */
const dealFields: readonly string[] = ['name', 'budget', 'currency', 'description', 'manual']

function dealPlaceholder(name: string): string | undefined {
  if (dealFields.includes(name)) return `deal.${name}`
  const [, variable] = /^variables\.(.+)$/.exec(name) ?? []
  // A field wins over a variable of its name.
  return variable && !dealFields.includes(variable) ? `deal.${variable}` : undefined
}
