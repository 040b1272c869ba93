import { AppError } from '../../../src/platform/errors.ts'
import type { CrmValue, CrmWrite } from '../../../src/sync/crm.ts'
import { withMarker } from '../../kit/hidden-marker.ts'
import { nouns } from '../fields/crm-field.ts'
import { secondsOf } from '../fields/days.ts'
import { type EncodeOptions, encodeFields } from '../fields/encode.ts'

export type Body = Record<string, unknown>

export interface ItemWorld extends EncodeOptions {
  /** The id of the field that keeps our markers. */
  markerField: number
}

/** A deal or contact in the vendor's form. Throws `invalid` that names the field. */
export function itemBody(write: CrmWrite, world: ItemWorld): Body {
  const { id, marker, values, addTags = [], removeTags = [] } = write
  const body: Body = id === undefined ? {} : { id: Number(id) }
  const custom: Record<string, CrmValue> = {}
  for (const [key, value] of Object.entries(values)) {
    const standard = world.entity === 'deal' ? dealValue(key, value) : contactValue(key, value)
    if (standard) Object.assign(body, standard)
    else custom[key] = value
  }
  const fields = encodeFields(custom, world)
  if (id === undefined) fields.push({ field_id: world.markerField, values: [{ value: marker }] })
  if (fields.length > 0) body.custom_fields_values = fields
  const named = (names: string[]) => names.map((name) => ({ name }))
  if (id === undefined) {
    if (addTags.length > 0) body._embedded = { tags: named(addTags) }
  } else {
    if (addTags.length > 0) body.tags_to_add = named(addTags)
    if (removeTags.length > 0) body.tags_to_delete = named(removeTags)
  }
  return body
}

/** A note in the vendor's form. */
export function noteBody({ id, marker, values, on }: CrmWrite): Body {
  const text = textOf(values.text)
  if (id === undefined) {
    if (!on) throw fault('on', 'a note hangs on a deal or a contact')
    return { entity_id: Number(on.id), note_type: 'common', params: { text: withMarker(required(text), marker) } }
  }
  return { id: Number(id), note_type: 'common', params: { text: required(text) } }
}

/** A task in the vendor's form. */
export function taskBody({ id, marker, values, on }: CrmWrite): Body {
  const body: Body = id === undefined ? {} : { id: Number(id) }
  const text = textOf(values.text)
  if (id === undefined) body.text = withMarker(required(text), marker)
  else if (text !== undefined) body.text = required(text)
  if (typeof values.due_at === 'string') {
    const till = secondsOf(values.due_at)
    if (till === undefined) throw fault('due_at', 'expected a moment such as 2026-11-30T15:00:00Z')
    body.complete_till = till
  } else if (id === undefined) throw fault('due_at', 'a task has to be done by some moment')
  if (typeof values.done === 'boolean') body.is_completed = values.done
  Object.assign(body, responsibleValue(values.responsible))
  if (id === undefined && on) Object.assign(body, { entity_type: nouns[on.entity], entity_id: Number(on.id) })
  return body
}

function dealValue(key: string, value: CrmValue): Body | undefined {
  if (key === 'name') return { name: textOf(value) ?? '' }
  if (key === 'responsible') return responsibleValue(value)
  if (key === 'budget') {
    const price = Number(value ?? 0)
    if (!Number.isFinite(price) || price < 0) throw fault('budget', 'expected a number from 0')
    return { price }
  }
  if (key !== 'stage') return undefined
  if (value === null) return {}
  const stage = /^(\d+)\/(\d+)$/.exec(String(value))
  if (!stage) throw fault('stage', 'expected the ids of pipeline and stage, such as 3383152/33929749')
  // Won and lost have the same ids in every pipeline, so the pipeline is always named.
  return { pipeline_id: Number(stage[1]), status_id: Number(stage[2]) }
}

function contactValue(key: string, value: CrmValue): Body | undefined {
  if (key === 'responsible') return responsibleValue(value)
  return ['name', 'first_name', 'last_name'].includes(key) ? { [key]: textOf(value) ?? '' } : undefined
}

/** The vendor knows nothing without somebody who is responsible, so nobody is left to the account's own rules. */
function responsibleValue(value: CrmValue | undefined): Body {
  if (value === undefined || value === null || value === '') return {}
  if (!/^\d+$/.test(String(value))) throw fault('responsible', 'expected the id of a user')
  return { responsible_user_id: Number(value) }
}

function textOf(value: CrmValue | undefined): string | undefined {
  return value === undefined ? undefined : value === null ? '' : String(value)
}

function required(text: string | undefined): string {
  if (text === undefined || text.trim() === '') throw fault('text', 'expected some text')
  return text
}

function fault(path: string, message: string): AppError {
  return new AppError('invalid', `${path} cannot be written: ${message}.`, { faults: [{ path, message }] })
}
