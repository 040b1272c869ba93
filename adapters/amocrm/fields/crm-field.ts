import type { CrmField, CrmFieldType } from '../../../src/sync/crm.ts'
import type { CustomField } from '../payload.ts'

/** The code of the field that keeps our marker, in deals and contacts. */
export const markerCode = 'PARLEY_ID'

/** What the vendor calls deals, and contacts. */
export const nouns = { deal: 'leads', contact: 'contacts' } as const
export type FieldsOf = keyof typeof nouns

/**
 * Our type for each of the vendor's (crm_platform/custom-fields). Left out is what is no value by itself: goods and categories, files, tax
 * numbers and banks, links to other records and lists.
 */
const types: Record<string, CrmFieldType> = {
  text: 'text',
  textarea: 'text',
  tracking_data: 'text',
  multitext: 'text',
  numeric: 'number',
  price: 'number',
  monetary: 'number',
  checkbox: 'boolean',
  select: 'choice',
  radiobutton: 'choice',
  multiselect: 'choices',
  date: 'date',
  birthday: 'date',
  date_time: 'datetime',
  url: 'link',
  streetaddress: 'address',
  smart_address: 'address',
}

/** The key of a custom field: its id, or the name that all CRMs have for it. */
export function keyOf({ id, code, type }: Pick<CustomField, 'id' | 'code' | 'type'>, entity: FieldsOf): string {
  if (entity === 'contact' && type === 'multitext') {
    if (code === 'PHONE') return 'phone'
    if (code === 'EMAIL') return 'email'
  }
  return String(id)
}

/** Characters of a text of one line (crm_platform/custom-fields). */
const longestText = 256

/** A custom field as all CRMs have it; undefined for those that hold nothing we could write or read. */
export function crmField(field: CustomField, entity: FieldsOf): CrmField | undefined {
  const type = types[field.type]
  if (type === undefined || field.code === markerCode) return undefined
  const key = keyOf(field, entity)
  const head = { key, title: field.name }
  if (key === 'phone' || key === 'email') return { ...head, type: key, multiple: true, variants: kindsOf(field) }
  const chosen = type === 'choice' || type === 'choices'
  return {
    ...head,
    type,
    ...(field.type === 'text' && { maxLength: longestText }),
    ...(chosen && { choices: titlesOf(field) }),
    ...(isReadOnly(field) && { readOnly: true }),
  }
}

/** What the vendor works out itself; and several accounts of messengers in one field, which are more than the text that we read. */
function isReadOnly({ is_computed: computed, type }: CustomField): boolean {
  return computed === true || type === 'multitext'
}

const longestName = 255

/** The fields that every deal and contact has besides the custom ones. */
export const standardFields: Record<FieldsOf, CrmField[]> = {
  deal: [
    { key: 'name', title: 'Name', type: 'text', maxLength: longestName },
    { key: 'budget', title: 'Budget', type: 'number', whole: true },
    { key: 'stage', title: 'Stage', type: 'text' },
    { key: 'responsible', title: 'Responsible', type: 'text' },
  ],
  contact: [
    { key: 'name', title: 'Name', type: 'text', maxLength: longestName },
    { key: 'first_name', title: 'First name', type: 'text', maxLength: longestName },
    { key: 'last_name', title: 'Last name', type: 'text', maxLength: longestName },
    { key: 'responsible', title: 'Responsible', type: 'text' },
  ],
}

/** The kinds of a field of several values, the usual one first. */
export function kindsOf({ enums }: CustomField): string[] {
  return sorted(enums).map(({ value }) => value)
}

function titlesOf({ enums }: CustomField): string[] {
  return [...new Set(sorted(enums).map(({ value }) => value))]
}

function sorted(enums: CustomField['enums']): NonNullable<CustomField['enums']> {
  return [...(enums ?? [])].sort((one, other) => (one.sort ?? 0) - (other.sort ?? 0))
}
