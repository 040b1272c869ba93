import { z } from 'zod'
import { checkTemplate } from '../../../src/platform/check-template.ts'
import { checkJsonPath, findJson, queryJson } from '../../../src/platform/json-path.ts'
import { hasPlaceholder, renderJson } from '../../../src/platform/templates.ts'

/**
 * Where a value stands in what the CRM sends: a JSONPath (`$.properties.amount`), or a text with placeholders of `record`
 * (`{{ record.first }} {{ record.last }}`); one that is exactly one placeholder keeps the type of what it names.
 */
export const placeSchema = z
  .string()
  .min(1)
  .max(2000)
  .superRefine((place, context) => {
    const message = placeFault(place)
    if (message) context.addIssue({ code: 'custom', message })
  })

/** JSONPath to several things. */
export const itemsSchema = z
  .string()
  .max(500)
  .superRefine((path, context) => {
    const message = path.startsWith('$') ? checkJsonPath(path) : 'expected a JSONPath such as $.results[*]'
    if (message) context.addIssue({ code: 'custom', message })
  })

/** What places may name besides the record. */
export type Constants = Record<string, unknown>

/** What stands at a place; undefined where there is nothing. */
export function valueAt(place: string, record: unknown, constants: Constants): unknown {
  const value = place.startsWith('$') ? findJson(record, place) : renderJson(place, { record, constants })
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim()
  return value ?? undefined
}

/** The same as text. */
export function textAt(place: string, record: unknown, constants: Constants): string | undefined {
  const value = valueAt(place, record, constants)
  return value === undefined ? undefined : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Whether what stands there says yes. */
export function holdsAt(place: string, record: unknown, constants: Constants): boolean {
  const text = textAt(place, record, constants)
  return text !== undefined && text !== 'false' && text !== '0'
}

/** All that a JSONPath names, without what is null. */
export function itemsAt(path: string, answer: unknown): unknown[] {
  return queryJson(answer, path).filter((item) => item !== null && item !== undefined)
}

function placeFault(place: string): string | undefined {
  if (place.startsWith('$')) return checkJsonPath(place)
  if (!hasPlaceholder(place)) return 'expected a JSONPath such as $.id, or a text with placeholders of {{ record }}'
  return checkTemplate(place, '', ['record', 'constants'])?.message
}
