import { cutText } from '../cut-text.ts'
import { messageOf } from '../errors.ts'
import { queryJson } from '../json-path.ts'
import type { HttpResult } from './perform-request.ts'

/** What is taken of an answer, where it goes, and what is kept when there is no such value. */
interface Mapping {
  from: string
  to: string
  fallback?: string | number | boolean | null
}

/** What one mapping yields: a value to keep (found, or the fallback), or none. */
export interface MappedValue {
  from: string
  to: string
  /** Whether the answer had it; else `value` is the fallback, and absent without one. */
  found: boolean
  value?: unknown
  /** Why it could not be read. */
  error?: string
}

/** The longest text that is kept, in UTF-16 code units; the rest is cut off. */
const maxText = 10_000
/** The largest list or object that is kept, as JSON. */
const maxJson = 100_000

/**
 * Reads values out of an answer, or the fallbacks where there is none. A JSONPath that finds several values gives the list of
 * them; null counts as nothing found.
 *
 * @param renderJson fills in the placeholders of fallbacks.
 */
export function mapResponse(
  mapping: readonly Mapping[],
  response: Pick<HttpResult, 'status' | 'headers' | 'body'> | undefined,
  renderJson: (value: unknown) => unknown,
): MappedValue[] {
  return mapping.map(({ from, to, fallback }) => {
    const read = response ? readSource(from, response) : {}
    if (read.value !== undefined && read.value !== null) return { from, to, found: true, value: read.value }
    return {
      from,
      to,
      found: false,
      ...(fallback !== undefined && { value: renderJson(fallback) }),
      ...(read.error !== undefined && { error: read.error }),
    }
  })
}

function readSource(from: string, { status, headers, body }: Pick<HttpResult, 'status' | 'headers' | 'body'>) {
  if (from === 'status') return { value: status }
  if (from.startsWith('header:')) return { value: headers[from.slice('header:'.length).toLowerCase()] }
  try {
    const values = queryJson(body, from)
    return capped(values.length > 1 ? values : values[0])
  } catch (error) {
    return { error: messageOf(error) }
  }
}

function capped(value: unknown): { value?: unknown; error?: string } {
  if (typeof value === 'string') return { value: cutText(value, maxText) }
  if (typeof value !== 'object' || value === null) return { value }
  if (JSON.stringify(value).length <= maxJson) return { value }
  return { error: `the value is larger than ${maxJson} characters of JSON; expected a path to a smaller part` }
}
