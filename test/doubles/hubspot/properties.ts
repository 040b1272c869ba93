/** A property of an object as `GET /crm/v3/properties/{object}` tells it, as far as it matters here. */
export interface Property {
  name: string
  label: string
  type: 'string' | 'number' | 'date' | 'datetime' | 'enumeration' | 'bool'
  fieldType: string
  hubspotDefined: boolean
  calculated?: boolean
  hidden?: boolean
  options: { label: string; value: string }[]
  modificationMetadata?: { readOnlyValue: boolean }
}

export type HubspotObject = 'contacts' | 'deals' | 'notes' | 'tasks'

const defined = (type: Property['type'], ...names: string[]): Property[] =>
  names.map((name) => ({ name, label: name, type, fieldType: 'text', hubspotDefined: true, options: [] }))

const readOnly = (...names: string[]): Property[] =>
  defined('datetime', ...names).map((property) => ({ ...property, modificationMetadata: { readOnlyValue: true } }))

const own = (name: string, type: Property['type'], fieldType: string, options: Property['options'] = []): Property => ({
  name,
  label: `The ${name}`,
  type,
  fieldType,
  hubspotDefined: false,
  options,
})

const colours = [
  { label: 'Red', value: 'r1' },
  { label: 'Blue', value: 'b2' },
  { label: 'Зелёный', value: 'g 3' },
]

/** One of each kind that people can make. */
const ownOfEveryKind = [
  own('model', 'string', 'text'),
  own('remarks', 'string', 'textarea'),
  own('second_phone', 'string', 'phonenumber'),
  own('mileage', 'number', 'number'),
  own('visit_on', 'date', 'date'),
  own('visit_at', 'datetime', 'date'),
  own('colour', 'enumeration', 'select', colours),
  own('finish', 'enumeration', 'radio', colours),
  own('extras', 'enumeration', 'checkbox', colours),
  own('trade_in', 'bool', 'booleancheckbox', [
    { label: 'Yes', value: 'true' },
    { label: 'No', value: 'false' },
  ]),
  { ...own('score', 'number', 'calculation_equation'), calculated: true },
]

/** The properties of a fresh account. */
export function freshProperties(): Record<HubspotObject, Property[]> {
  return {
    contacts: [
      ...defined('string', 'firstname', 'lastname', 'phone', 'email', 'city', 'company', 'hubspot_owner_id'),
      ...readOnly('createdate', 'lastmodifieddate', 'hs_object_id'),
      ...ownOfEveryKind,
    ],
    deals: [
      ...defined('string', 'dealname', 'pipeline', 'dealstage', 'hubspot_owner_id', 'description'),
      ...defined('number', 'amount'),
      ...defined('datetime', 'closedate'),
      ...readOnly('createdate', 'hs_lastmodifieddate', 'hs_object_id'),
      ...ownOfEveryKind,
    ],
    notes: [
      ...defined('string', 'hs_note_body', 'hubspot_owner_id'),
      ...defined('datetime', 'hs_timestamp'),
      ...readOnly('hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'),
    ],
    tasks: [
      ...defined('string', 'hs_task_subject', 'hs_task_body', 'hubspot_owner_id', 'hs_task_type', 'hs_task_status'),
      ...defined('datetime', 'hs_timestamp'),
      ...readOnly('hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'),
    ],
  }
}

/** What is wrong with a value that is written; undefined when nothing is. All are texts, an empty one empties the property. */
export function valueFault(property: Property, value: unknown): string | undefined {
  if (property.modificationMetadata?.readOnlyValue || property.calculated) return 'READ_ONLY_VALUE'
  if (typeof value !== 'string') return 'expected a text'
  if (value === '') return undefined
  const options = property.options.map((option) => option.value)
  switch (property.type) {
    case 'number':
      return Number.isFinite(Number(value)) ? undefined : 'INVALID_DOUBLE'
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(value) ? undefined : 'INVALID_DATE'
    case 'datetime':
      return /^\d{13}$/.test(value) || /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? undefined : 'INVALID_DATE'
    case 'bool':
      return value === 'true' || value === 'false' ? undefined : 'INVALID_BOOLEAN'
    case 'enumeration': {
      const chosen = property.fieldType === 'checkbox' ? value.split(';') : [value]
      return chosen.every((one) => options.includes(one)) ? undefined : 'INVALID_OPTION'
    }
    default:
      return property.name === 'email' && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value) ? 'INVALID_EMAIL' : undefined
  }
}

/** A value as it is told, which is not always as it was written. */
export function told(property: Property | undefined, value: string): string {
  if (property?.type === 'datetime') return new Date(/^\d+$/.test(value) ? Number(value) : value).toISOString()
  return property?.name === 'email' ? value.toLowerCase() : value
}
