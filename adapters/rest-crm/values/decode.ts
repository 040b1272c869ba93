import { textOfHtml } from '../../../src/platform/text-of-html.ts'
import type { CrmValue } from '../../../src/sync/crm.ts'
import type { RestField } from '../settings/field.ts'
import { type Constants, valueAt } from '../settings/place.ts'
import type { ValueStyle } from '../settings.ts'
import { getAt } from './paths.ts'

export interface DecodeParts {
  fields: readonly RestField[]
  style: ValueStyle
  constants: Constants
  /** Where the fields stand in a record. */
  values: string | undefined
}

/** The values of a record in neutral words, by key. */
export function decodeValues(record: unknown, parts: DecodeParts): Record<string, CrmValue> {
  const values = getAt(record, parts.values)
  return Object.fromEntries(
    parts.fields.map((field) => {
      const found =
        field.read === undefined ? getAt(values, field.at ?? field.key) : valueAt(field.read, record, parts.constants)
      return [field.key, decode(field, found, parts.style)]
    }),
  )
}

/** The moment that a text or a number of Unix time means; undefined when it means none. */
export function momentOf(value: unknown): Date | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const text = String(value).trim()
  if (/^\d{9,17}(\.\d+)?$/.test(text)) return new Date(Number(text) > mostSeconds ? Number(text) : Number(text) * 1000)
  // "2026-11-30 18:00:00", as many tell UTC.
  const moment = new Date(/^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text)
  return Number.isNaN(moment.getTime()) ? undefined : moment
}

/** Unix times above it are milliseconds: as seconds it would be the year 5138. */
const mostSeconds = 1e11

function decode(field: RestField, value: unknown, style: ValueStyle): CrmValue {
  if (value === undefined || value === null || value === '') return null
  if (field.type === 'choices') return decodeChoices(field, value, style)
  if (field.multiple) return decodeMany(field, value)
  const one = Array.isArray(value) ? itemOf(field, value[0]) : value
  if (one === undefined || one === null || one === '') return null
  switch (field.type) {
    case 'number': {
      const number = Number(one)
      return Number.isFinite(number) ? number : null
    }
    case 'boolean':
      return /^(true|1|y|yes)$/i.test(String(one))
    case 'choice':
      return titleOf(field, one) ?? null
    case 'date':
      return /^\d{4}-\d\d-\d\d/.test(String(one))
        ? String(one).slice(0, 10)
        : (momentOf(one)?.toISOString().slice(0, 10) ?? null)
    case 'datetime':
      return momentOf(one)?.toISOString() ?? null
    default:
      return decodeText(field, one)
  }
}

function decodeText({ as }: RestField, value: unknown): CrmValue {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return (as === 'html' ? textOfHtml(text) : text) || null
}

function decodeChoices(field: RestField, value: unknown, { separator }: ValueStyle): CrmValue {
  const items = Array.isArray(value) ? value : separator === undefined ? [value] : String(value).split(separator)
  const titles = items.flatMap((item) => titleOf(field, item) ?? [])
  return titles.length === 0 ? null : titles
}

function decodeMany(field: RestField, value: unknown): CrmValue {
  const texts = [value].flat().flatMap((item) => {
    const one = itemOf(field, item)
    return one === undefined || one === null || one === '' ? [] : [String(one)]
  })
  return texts.length === 0 ? null : texts
}

function itemOf({ each }: RestField, item: unknown): unknown {
  return each === undefined || typeof item !== 'object' ? item : getAt(item, each)
}

function titleOf({ choices = [] }: RestField, value: unknown): string | undefined {
  return choices.find((choice) => String(choice.value ?? choice.title) === String(value).trim())?.title
}
