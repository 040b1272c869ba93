import type { CrmValue } from '../../../src/sync/crm.ts'
import type { CustomField, FieldValue, FieldValues } from '../payload.ts'
import { crmField, type FieldsOf, keyOf } from './crm-field.ts'
import { dayOf, isoOf } from './days.ts'

/** The values of custom fields by key, also by `key:KIND`; null where a field of the account is empty. */
export function decodeFields(
  entity: FieldsOf,
  given: FieldValues[],
  fields: CustomField[],
  zone: string,
): Record<string, CrmValue> {
  const filled = new Map(given.map((one) => [one.field_id, one.values ?? []]))
  const values: Record<string, CrmValue> = {}
  for (const field of fields) {
    if (!crmField(field, entity)) continue
    const key = keyOf(field, entity)
    const all = filled.get(field.id) ?? []
    values[key] = decodeValue(field.type, all, zone)
    if (key !== 'phone' && key !== 'email') {
      if (field.type === 'multitext') values[key] = texts(all)?.join(', ') ?? null
      continue
    }
    for (const kind of new Set(all.flatMap(({ enum_code: code }) => code ?? []))) {
      values[`${key}:${kind}`] = texts(all.filter(({ enum_code: code }) => code === kind))
    }
  }
  return values
}

function decodeValue(type: string, all: FieldValue[], zone: string): CrmValue {
  const first = all[0]?.value
  if (first === undefined || first === null || first === '') return null
  switch (type) {
    case 'numeric':
    case 'price':
    case 'monetary': {
      const number = Number(first)
      return Number.isFinite(number) ? number : null
    }
    case 'checkbox':
      return first === true || first === 1 || first === '1'
    case 'date':
    case 'birthday':
    case 'date_time': {
      if (type !== 'date_time' && /^\d{4}-\d\d-\d\d$/.test(String(first))) return String(first)
      const seconds = typeof first === 'string' && !/^-?\d+$/.test(first) ? Date.parse(first) / 1000 : Number(first)
      if (!Number.isFinite(seconds)) return null
      return type === 'date_time' ? isoOf(seconds) : dayOf(seconds, zone)
    }
    case 'multitext':
    case 'multiselect':
      return texts(all)
    case 'smart_address':
      return texts(all)?.join(', ') ?? null
    default:
      return String(first)
  }
}

function texts(all: FieldValue[]): string[] | null {
  const found = all.flatMap(({ value }) => (value === undefined || value === null || value === '' ? [] : String(value)))
  return found.length === 0 ? null : found
}
