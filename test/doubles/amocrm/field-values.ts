import { DateTime } from 'luxon'
import type { Account, Entity, Field, StoredValue } from './account.ts'
import { fieldOf } from './account.ts'
import { type FieldFault, fault, noChoice } from './refusal.ts'
import type { FieldValuesBody } from './schemas.ts'

type Sent = NonNullable<FieldValuesBody['values']>[number]

/**
 * Reads `custom_fields_values` by the types of the fields (crm_platform/custom-fields, "Примеры заполнения разных типов полей через
 * API"). A field with null is emptied: its list comes back empty.
 */
export function readFieldValues(
  account: Account,
  entity: Entity,
  sent: FieldValuesBody[] | null | undefined,
  at = '',
): { values: Map<number, StoredValue[]>; faults: FieldFault[] } {
  const values = new Map<number, StoredValue[]>()
  const faults: FieldFault[] = []
  for (const [index, one] of (sent ?? []).entries()) {
    const path = `${at}custom_fields_values.${index}`
    if ((one.field_id === undefined) === (one.field_code === undefined)) {
      faults.push(fault(path, 'Either field_id or field_code must be given.', 'FieldMissing'))
      continue
    }
    const ref = one.field_id === undefined ? { code: one.field_code! } : { id: one.field_id }
    const field = fieldOf(account, entity, ref)
    if (field === undefined) {
      faults.push(noChoice(`${path}.${one.field_id === undefined ? 'field_code' : 'field_id'}`))
      continue
    }
    if (values.has(field.id)) faults.push(fault(path, 'The field is given twice.', 'NotUnique'))
    const read = one.values?.map((value, place) => readValue(account, field, value, `${path}.values.${place}`)) ?? []
    if (read.length > 1 && !several.has(field.type)) faults.push(fault(`${path}.values`, 'Only one value is allowed.'))
    faults.push(...read.flatMap((value) => ('fault' in value ? [value.fault] : [])))
    values.set(
      field.id,
      read.flatMap((value) => ('stored' in value ? [value.stored] : [])),
    )
  }
  return { values, faults }
}

/** Types that hold several values. */
const several = new Set(['multitext', 'multiselect', 'smart_address'])

const addressParts = ['address_line_1', 'address_line_2', 'city', 'state', 'zip', 'country']

/** Types that can be made and filled here. */
export const fieldTypes = [
  ...['text', 'numeric', 'checkbox', 'select', 'multiselect', 'radiobutton', 'multitext', 'date', 'url', 'textarea'],
  ...['streetaddress', 'smart_address', 'birthday', 'date_time', 'tracking_data', 'monetary'],
]

type Read = { stored: StoredValue } | { fault: FieldFault }

function readValue(account: Account, field: Field, sent: Sent, path: string): Read {
  const { value } = sent
  const wrong = (detail: string): Read => ({ fault: fault(`${path}.value`, detail) })
  const hasEnum = Boolean(sent.enum_id ?? sent.enum_code)
  if (hasEnum && field.enums === null && field.type !== 'smart_address')
    return { fault: fault(path, 'This field has no enum.') }
  switch (field.type) {
    case 'text':
    case 'tracking_data':
    case 'streetaddress':
    case 'textarea':
      if (typeof value !== 'string') return wrong('This value should be of type string.')
      if (field.type === 'text' && value.length > 256) return wrong('This value is too long, 256 characters at most.')
      return { stored: { value } }
    case 'numeric':
    case 'monetary':
      if (typeof value !== 'number' && !(typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)))
        return wrong('This value should be of type numeric.')
      return { stored: { value: String(value) } }
    case 'checkbox':
      return typeof value === 'boolean' ? { stored: { value } } : wrong('This value should be of type bool.')
    case 'url':
      return typeof value === 'string' && URL.canParse(value)
        ? { stored: { value } }
        : wrong('This value is not a valid URL.')
    case 'date':
    case 'birthday':
    case 'date_time':
      return readMoment(account, field, value, path)
    case 'select':
    case 'multiselect':
    case 'radiobutton':
      return readChoice(field, sent, path)
    case 'multitext': {
      if (typeof value !== 'string' || value === '') return wrong('This value should be of type string.')
      const kind = hasEnum
        ? field.enums?.find((one) => one.id === sent.enum_id || one.value === sent.enum_code)
        : field.enums?.[0]
      if (kind === undefined) return { fault: noChoice(`${path}.enum_code`) }
      return { stored: { value, enum_id: kind.id, enum_code: kind.value } }
    }
    case 'smart_address': {
      const part = sent.enum_code ?? (sent.enum_id ? addressParts[sent.enum_id - 1] : undefined)
      if (part === undefined || !addressParts.includes(part)) return { fault: noChoice(`${path}.enum_code`) }
      if (typeof value !== 'string') return wrong('This value should be of type string.')
      return { stored: { value, enum_id: addressParts.indexOf(part) + 1, enum_code: part } }
    }
    default:
      return wrong(`A field of type ${field.type} cannot be filled.`)
  }
}

function readChoice(field: Field, { value, enum_id: id, enum_code: code }: Sent, path: string): Read {
  if (value !== undefined && value !== null && typeof value !== 'string')
    return { fault: fault(`${path}.value`, 'This value should be of type string.') }
  const found = field.enums?.find((one) => (id ? one.id === id : code ? one.code === code : one.value === value))
  if (found === undefined) return { fault: noChoice(`${path}.${id ? 'enum_id' : code ? 'enum_code' : 'value'}`) }
  return { stored: { value: found.value, enum_id: found.id, enum_code: found.code ?? null } }
}

/** Moments come as Unix seconds or RFC 3339. A day is kept as its midnight in the account's time zone. */
function readMoment(account: Account, field: Field, value: unknown, path: string): Read {
  const seconds =
    typeof value === 'number' && Number.isInteger(value)
      ? value
      : typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(value)
        ? Date.parse(value) / 1000
        : Number.NaN
  if (!Number.isFinite(seconds))
    return { fault: fault(`${path}.value`, 'This value should be a Unix timestamp or RFC 3339.') }
  if (field.type === 'date_time') return { stored: { value: seconds } }
  const day = DateTime.fromSeconds(seconds, { zone: account.timezone }).startOf('day')
  return { stored: { value: day.toSeconds() } }
}

/** `custom_fields_values` of an answer: null when no field is filled. */
export function showFieldValues(account: Account, entity: Entity, fields: Map<number, StoredValue[]>): unknown {
  const shown = [...fields].flatMap(([id, values]) => {
    const field = account.fields[entity].get(id)
    if (field === undefined) return []
    return [{ field_id: id, field_name: field.name, field_code: field.code, field_type: field.type, values }]
  })
  return shown.length === 0 ? null : shown
}
