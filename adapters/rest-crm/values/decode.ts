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

/** The moment that a text or a number of Unix time means, one without a zone in UTC; undefined when it means none. */
export function momentOf(value: unknown): Date | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const text = String(value).trim()
  if (/^\d{9,17}(\.\d+)?$/.test(text)) return new Date(Number(text) > mostSeconds ? Number(text) : Number(text) * 1000)
  // Anything else would be read in the zone of this machine.
  const inUtc = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text)
  if (!inUtc && !/^\d{4}-\d\d-\d\d$|:\d\d.*(Z|GMT|UTC|[+-]\d\d:?\d\d)$/.test(text)) return undefined
  const moment = new Date(inUtc ? `${text.replace(' ', 'T')}Z` : text)
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
    case 'number':
      return Number.isFinite(Number(one)) ? Number(one) : asItIs(one)
    case 'boolean':
      return /^(true|1|y|yes)$/i.test(String(one))
    case 'choice':
      return titleOf(field, one) ?? asItIs(one)
    case 'date':
    case 'datetime':
      return decodeMoment(field, one)
    default:
      return decodeText(field, one)
  }
}

/** What cannot be read is not empty: taken for that, it would empty ours. Who maps it may know more, or tells of it. */
function asItIs(value: unknown): CrmValue {
  return decodeText({}, value)
}

function decodeMoment({ type }: RestField, value: unknown): CrmValue {
  const text = String(value)
  // "0000-00-00", as some databases say that there is none.
  if (!/[1-9]/.test(text)) return null
  if (type === 'date' && /^\d{4}-\d\d-\d\d/.test(text)) return text.slice(0, 10)
  const moment = momentOf(value)?.toISOString()
  return (type === 'date' ? moment?.slice(0, 10) : moment) ?? asItIs(value)
}

function decodeText({ as }: Pick<RestField, 'as'>, value: unknown): CrmValue {
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
