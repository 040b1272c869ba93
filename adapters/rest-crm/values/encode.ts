import { AppError } from '../../../src/platform/errors.ts'
import { escapeHtml } from '../../../src/platform/escape-html.ts'
import { renderJson } from '../../../src/platform/templates.ts'
import type { CrmValue } from '../../../src/sync/crm.ts'
import type { RestField } from '../settings/field.ts'
import type { Constants } from '../settings/place.ts'
import type { ValueStyle } from '../settings.ts'
import { mergeInto, setAt } from './paths.ts'

export interface EncodeParts {
  fields: readonly RestField[]
  style: ValueStyle
  constants: Constants
}

/** Values in the CRM's own words, laid into one object. Throws `invalid` that names fields or choices that it does not have. */
export function encodeValues(values: Record<string, CrmValue>, parts: EncodeParts): Record<string, unknown> {
  const written: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(values)) {
    const field = parts.fields.find((one) => one.key === key)
    if (!field || field.readOnly) {
      const message = field ? 'can be read only' : 'is not there'
      throw new AppError('invalid', `The field "${key}" ${message}.`, { faults: [{ path: key, message }] })
    }
    put(written, field, value, parts)
  }
  return written
}

function put(written: Record<string, unknown>, field: RestField, value: CrmValue, parts: EncodeParts): void {
  const [pipeline, ...rest] = field.key === 'stage' && typeof value === 'string' ? value.split('/') : []
  const stage = rest.join('/')
  const single = field.writeFor?.[field.key === 'stage' ? stage : String(value)]
  const fragment = single ?? field.write
  const encoded = encode(field, value, parts)
  if (fragment === undefined) {
    // A dot in a key of the account's own is one of its name only where the settings say so.
    setAt(written, field.at ?? field.key, encoded)
    return
  }
  const html = typeof value === 'string' ? htmlOf(value) : null
  const scope = { value: encoded, html, pipeline, stage, constants: parts.constants }
  mergeInto(written, renderJson(fragment, scope) as Record<string, unknown>)
}

function encode(field: RestField, value: CrmValue, parts: EncodeParts): unknown {
  const { style } = parts
  const many = field.multiple || field.type === 'choices'
  if (value === null || (Array.isArray(value) && value.length === 0 && !many)) return emptyOf(field, style)
  if (many) return encodeMany(field, [value].flat().map(String), parts)
  const one = Array.isArray(value) ? value[0]! : value
  if (field.type === 'choice') return choiceValue(field, String(one))
  if (field.as === 'html') return htmlOf(String(one))
  if (field.as === 'number') return Number(one)
  if (field.as === 'text') return String(one)
  if (field.type === 'datetime' || field.type === 'date') return encodeMoment(field, String(one), style)
  if (field.type === 'number') return style.scalars === 'text' ? String(one) : Number(one)
  if (field.type === 'boolean') return style.scalars === 'text' ? String(one) : Boolean(one)
  return String(one)
}

function encodeMany(field: RestField, texts: string[], { style, constants }: EncodeParts): unknown {
  if (field.type === 'choices') {
    const chosen = texts.map((text) => choiceValue(field, text))
    return style.separator === undefined ? chosen : chosen.join(style.separator)
  }
  if (field.item === undefined) return texts
  return texts.map((value) => renderJson(field.item, { value, constants }))
}

/** A day is told as such, unless the field wants Unix time: then as its beginning in UTC. */
function encodeMoment({ type, as }: RestField, text: string, style: ValueStyle): unknown {
  const unit = as ?? style.moments
  if (unit !== 'milliseconds' && unit !== 'seconds') return type === 'date' ? text.slice(0, 10) : text
  if (type === 'date' && as === undefined) return text.slice(0, 10)
  const ms = Date.parse(type === 'date' ? `${text.slice(0, 10)}T00:00:00Z` : text)
  return unit === 'seconds' ? Math.floor(ms / 1000) : ms
}

function emptyOf(field: RestField, style: ValueStyle): unknown {
  if (field.multiple || (field.type === 'choices' && style.separator === undefined)) return []
  return style.empty === 'text' ? '' : null
}

function choiceValue({ key, choices = [] }: RestField, title: string): string | number | boolean {
  const choice = choices.find((one) => one.title === title)
  if (choice) return choice.value ?? choice.title
  const message = `has no choice "${title}"`
  throw new AppError('invalid', `The field "${key}" ${message}.`, { faults: [{ path: key, message }] })
}

function htmlOf(text: string): string {
  return escapeHtml(text).replaceAll('\n', '<br>')
}
