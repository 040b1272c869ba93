import { DateTime } from 'luxon'
import { type Locale, readAttribute } from '../../contacts/attribute.ts'
import type { AttributeType } from '../../contacts/contacts.table.ts'
import { cutText } from '../../platform/cut-text.ts'
import type { CrmField, CrmValue } from '../crm.ts'
import { type Converted, dayOf, isMoment, shown, wordsOf } from './converted.ts'
import type { OurField } from './our-fields.ts'

/**
 * A value of ours as a field there keeps it; null where there is none. What had to be shortened or rounded is told as `note`, what cannot be kept
 * there at all as `fault`. `stage` and `user` are given by their names.
 */
export function toTheirs(value: unknown, ours: OurField, field: CrmField, locale: Locale): Converted<CrmValue> {
  if (isNothing(value)) return { value: null }
  if (field.type === 'choices') return choicesThere(value, field, locale)
  const values =
    Array.isArray(value) && (field.multiple || ours.many) ? value.filter((one) => !isNothing(one)) : [value]
  if (!field.multiple) return one(values[0], ours, field, locale)
  const items: CrmValue[] = []
  for (const item of values) {
    const read = one(item, ours, field, locale)
    if ('fault' in read) return read
    if (read.value !== null) items.push(read.value)
  }
  return { value: [...new Set(items.map(String))] }
}

function one(value: unknown, ours: OurField, field: CrmField, locale: Locale): Converted<CrmValue> {
  switch (field.type) {
    case 'text':
    case 'address':
      return textThere(ours.type === 'datetime' ? localMoment(value, locale) : wordsOf(value), field)
    case 'number':
      return numberThere(value, field, locale)
    case 'date':
      return read('date', dayOf(value, locale), field, locale)
    case 'datetime':
      return momentThere(value, field, locale)
    case 'choice':
      if (!field.choices) return { value: wordsOf(value) }
      return read('choice', Array.isArray(value) && value.length === 1 ? value[0] : value, field, locale)
    default:
      return read(field.type, value, field, locale)
  }
}

function textThere(text: string, { maxLength }: CrmField): Converted<CrmValue> {
  if (maxLength === undefined || text.length <= maxLength) return { value: text }
  const value = cutText(text, maxLength)
  return { value, note: `is kept there up to ${maxLength} characters, of ${text.length}` }
}

function numberThere(value: unknown, field: CrmField, locale: Locale): Converted<CrmValue> {
  const found = read('number', value, field, locale)
  if ('fault' in found || typeof found.value !== 'number' || !field.whole) return found
  const whole = Math.round(found.value)
  return whole === found.value ? found : { value: whole, note: `is kept there as ${whole}, which has no fractions` }
}

/** Moments are compared with what comes back, so that they have one spelling; many CRMs keep no parts of seconds. */
function momentThere(value: unknown, field: CrmField, locale: Locale): Converted<CrmValue> {
  const found = read('datetime', value, field, locale)
  if ('fault' in found || typeof found.value !== 'string') return found
  return {
    value: DateTime.fromISO(found.value, { zone: 'utc' }).startOf('second').toISO({ suppressMilliseconds: true }),
  }
}

function choicesThere(value: unknown, field: CrmField, locale: Locale): Converted<CrmValue> {
  if (!field.choices) return { value: [...new Set([value].flat().map(wordsOf))] }
  const found = read('choices', value, field, locale)
  if ('fault' in found || !Array.isArray(found.value)) return found
  const chosen = new Set(found.value)
  return { value: field.choices.filter((title) => chosen.has(title)) }
}

function read(type: AttributeType, value: unknown, field: CrmField, locale: Locale): Converted<CrmValue> {
  const found = readAttribute({ type, choices: field.choices ?? null }, value, locale)
  return 'expected' in found ? { fault: `${shown(value)} cannot be kept there; expected ${found.expected}` } : found
}

/** As people read it, in the project's zone. */
function localMoment(value: unknown, { timeZone }: Locale): string {
  if (!isMoment(value)) return wordsOf(value)
  return DateTime.fromISO(value, { zone: timeZone }).toFormat('yyyy-MM-dd HH:mm')
}

function isNothing(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === ''
  return value === null || value === undefined || (Array.isArray(value) && value.every(isNothing))
}
