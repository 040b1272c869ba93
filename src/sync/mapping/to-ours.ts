import { countriesOf, type Locale, readAttribute } from '../../contacts/attribute.ts'
import { type ContactFields, contactFieldNames, readContactFields } from '../../contacts/contact.ts'
import { dealFieldsSchema } from '../../crm/create-deal.ts'
import type { CrmValue } from '../crm.ts'
import { type Converted, dayOf, shown, wordsOf } from './converted.ts'
import type { OurField } from './our-fields.ts'
import type { MappedEntity } from './our-side.ts'

/**
 * A value from there as a field of ours keeps it, or why it cannot be kept; null takes a value away. A list for a field of one value gives its
 * first. Not for `stage` and `user`, which are names of both sides.
 */
export function toOurs(value: CrmValue, entity: MappedEntity, ours: OurField, locale: Locale): Converted<unknown> {
  if (isNothing(value))
    return ours.name === 'name' && entity === 'deal' ? { fault: 'a deal needs a name' } : { value: null }
  if (ours.type === 'any') return { value }
  const single = Array.isArray(value) && ours.type !== 'choices' && ours.type !== 'text' ? value[0]! : value
  if (entity === 'deal') return dealField(single, ours, locale)
  if (ours.name === 'name') return fullName(wordsOf(single), locale)
  const field = fieldsByName.get(ours.name)
  if (field) return contactField(field, wordsOf(single), locale)
  const typed = ours.type === 'date' ? dayOf(single, locale) : ours.type === 'text' ? wordsOf(single) : single
  const read = readAttribute({ type: ours.type as 'text', choices: ours.choices ?? null }, typed, locale)
  return 'expected' in read ? { fault: `${shown(value)} cannot be kept here; expected ${read.expected}` } : read
}

/** The phones or e-mails of a list from there in our spelling; what is none is told, and left out. */
export function listToOurs(
  value: CrmValue,
  ours: OurField,
  locale: Locale,
): { values: string[]; strange: string[]; faults: string[] } {
  const result = { values: [] as string[], strange: [] as string[], faults: [] as string[] }
  for (const item of Array.isArray(value) ? value : isNothing(value) ? [] : [wordsOf(value)]) {
    const read = toOurs(item, 'contact', ours, locale)
    if ('fault' in read) {
      result.strange.push(item)
      result.faults.push(read.fault)
    } else if (typeof read.value === 'string' && !result.values.includes(read.value)) result.values.push(read.value)
  }
  return result
}

/** First name and surname of a whole name: the first word, and all others. */
export interface FullName {
  firstName: string | null
  lastName: string | null
}

function fullName(text: string, locale: Locale): Converted<FullName> {
  const [first, ...others] = text.trim().split(/\s+/)
  const { fields, faults } = readContactFields({ firstName: first, lastName: others.join(' ') }, countriesOf(locale))
  if (faults[0]) return { fault: faults[0].message }
  return { value: { firstName: fields.firstName ?? null, lastName: fields.lastName ?? null } }
}

function contactField(field: keyof ContactFields, text: string, locale: Locale): Converted<unknown> {
  const { fields, faults } = readContactFields({ [field]: text }, countriesOf(locale))
  return faults[0] ? { fault: faults[0].message } : { value: fields[field] ?? null }
}

function dealField(value: CrmValue, { name, type }: OurField, locale: Locale): Converted<unknown> {
  const typed = type === 'number' ? numberOf(value, locale) : wordsOf(value)
  const parsed = dealSchemas[name]?.safeParse(typed)
  if (parsed?.success) return { value: parsed.data }
  return { fault: `${shown(value)} cannot be kept here: ${parsed?.error.issues[0]?.message ?? 'it cannot be set'}` }
}

const dealSchemas: Partial<Record<string, (typeof dealFieldsSchema)['name' | 'budget' | 'currency' | 'description']>> =
  {
    name: dealFieldsSchema.name,
    budget: dealFieldsSchema.budget,
    currency: dealFieldsSchema.currency,
    description: dealFieldsSchema.description,
  }

/** Budgets are kept with two decimals. */
function numberOf(value: CrmValue, locale: Locale): unknown {
  const read = readAttribute({ type: 'number', choices: null }, value, locale)
  return 'value' in read && typeof read.value === 'number' ? Math.round(read.value * 100) / 100 : value
}

const fieldsByName = new Map([...contactFieldNames].map(([field, name]) => [name, field]))

function isNothing(value: CrmValue): value is null {
  if (typeof value === 'string') return value.trim() === ''
  return value === null || (Array.isArray(value) && value.length === 0)
}
