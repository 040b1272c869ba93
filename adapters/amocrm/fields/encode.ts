import { AppError } from '../../../src/platform/errors.ts'
import type { CrmValue } from '../../../src/sync/crm.ts'
import type { CustomField, FieldValue, FieldValues } from '../payload.ts'
import { crmField, type FieldsOf, keyOf } from './crm-field.ts'
import { beginOfDay, momentOf } from './days.ts'
import { putKinds } from './kinds.ts'

/** A custom field as the vendor takes it; null empties it. */
export interface EncodedField {
  field_id: number
  values: FieldValue[] | null
}

export interface EncodeOptions {
  entity: FieldsOf
  /** The custom fields of the account. */
  fields: CustomField[]
  /** The account's time zone. */
  zone: string
  /** What stands there, of fields that hold several values of different kinds: what is not named stays. */
  before?: FieldValues[]
}

/**
 * Puts values by key into the vendor's form, by the type of each field; keys that are no custom field are left to the caller. Throws
 * `invalid` that names the field, and has `unknown: true` in its detail where the account may have got the field or choice since.
 */
export function encodeFields(values: Record<string, CrmValue>, options: EncodeOptions): EncodedField[] {
  const { entity, fields, zone, before = [] } = options
  const encoded = new Map<number, EncodedField>()
  for (const [name, value] of plainFirst(values)) {
    const [key, kind] = partsOf(name)
    const field = fields.find((one) => keyOf(one, entity) === key)
    const known = field && crmField(field, entity)
    if (!field || !known) throw refused(name, 'the account has no such field', true)
    if (known.readOnly) throw refused(name, 'it can be read only')
    if (field.type === 'multitext') {
      const standing = encoded.get(field.id)?.values ?? before.find(({ field_id: id }) => id === field.id)?.values ?? []
      const list = Array.isArray(value) ? value : value === null ? [] : [String(value)]
      const put = putKinds({ field, name, kind, texts: list.filter((text) => text !== ''), before: standing })
      encoded.set(field.id, { field_id: field.id, values: put.length === 0 ? null : put })
    } else if (kind !== undefined) throw refused(name, 'its values have no kinds')
    else encoded.set(field.id, { field_id: field.id, values: encodeValue(field, name, value, zone) })
  }
  return [...encoded.values()]
}

/** Whether something of these needs what stands there before it can be written. */
export function needsBefore(values: Record<string, CrmValue>, entity: FieldsOf, fields: CustomField[]): boolean {
  const several = new Set(
    fields.filter((field) => crmField(field, entity)?.multiple).map((field) => keyOf(field, entity)),
  )
  return Object.keys(values).some((name) => several.has(partsOf(name)[0]))
}

function encodeValue(field: CustomField, name: string, value: CrmValue, zone: string): FieldValue[] | null {
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return null
  switch (field.type) {
    case 'numeric':
    case 'price':
    case 'monetary': {
      const number = typeof value === 'string' ? Number(value.replace(',', '.')) : value
      if (typeof number !== 'number' || !Number.isFinite(number)) throw refused(name, 'expected a number')
      return [{ value: number }]
    }
    case 'checkbox':
      if (typeof value !== 'boolean') throw refused(name, 'expected yes or no')
      return [{ value }]
    case 'select':
    case 'radiobutton':
      return [choiceOf(field, name, Array.isArray(value) ? (value[0] ?? '') : String(value))]
    case 'multiselect':
      return (Array.isArray(value) ? value : [String(value)]).map((title) => choiceOf(field, name, title))
    case 'date':
    case 'birthday': {
      const begin = beginOfDay(String(value), zone)
      if (begin === undefined) throw refused(name, 'expected a date such as 2026-11-30')
      return [{ value: begin }]
    }
    case 'date_time': {
      const moment = momentOf(String(value))
      if (moment === undefined) throw refused(name, 'expected a moment such as 2026-11-30T15:00:00Z')
      return [{ value: moment }]
    }
    case 'smart_address':
      return [{ value: String(value), enum_code: 'address_line_1' }]
    default:
      return [{ value: Array.isArray(value) ? value.join(', ') : String(value) }]
  }
}

function choiceOf({ enums }: CustomField, name: string, title: string): FieldValue {
  const wanted = title.trim()
  const all = enums ?? []
  const choice = all.find(({ value }) => value === wanted) ?? all.find(({ value }) => same(value, wanted))
  if (choice) return { enum_id: choice.id }
  const titles = all.map(({ value }) => value).join(', ')
  throw refused(name, `"${title}" is none of its choices: ${titles}`, true)
}

function same(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.toLowerCase()
}

/** What names a kind is put in last: it says more than what names the whole field. */
function plainFirst(values: Record<string, CrmValue>): [string, CrmValue][] {
  const all = Object.entries(values)
  return [...all.filter(([name]) => !name.includes(':')), ...all.filter(([name]) => name.includes(':'))]
}

function partsOf(name: string): [key: string, kind: string | undefined] {
  const at = name.indexOf(':')
  return at === -1 ? [name, undefined] : [name.slice(0, at), name.slice(at + 1)]
}

function refused(name: string, why: string, unknown = false): AppError {
  const fault = { path: name, message: why }
  return new AppError('invalid', `The field ${name} cannot be written: ${why}.`, {
    faults: [fault],
    detail: { unknown },
  })
}
