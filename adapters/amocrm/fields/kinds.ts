import { AppError } from '../../../src/platform/errors.ts'
import type { CustomField, FieldValue } from '../payload.ts'
import { kindsOf } from './crm-field.ts'

export interface KindsToPut {
  field: CustomField
  /** The field as the write names it. */
  name: string
  /** The kind that it names; without one the list is all that the field holds afterwards. */
  kind: string | undefined
  texts: string[]
  /** What stands there. */
  before: FieldValue[]
}

/**
 * Puts texts into a field whose values have kinds: what stays keeps its kind, what is new gets the named one or the usual one; where a
 * kind is named, values of other kinds stay.
 */
export function putKinds({ field, name, kind, texts, before }: KindsToPut): FieldValue[] {
  const kinds = kindsOf(field)
  if (kind !== undefined && !kinds.includes(kind)) {
    throw new AppError(
      'invalid',
      `The field ${name} cannot be written: expected one of the kinds ${kinds.join(', ')}.`,
      {
        faults: [{ path: name, message: `expected one of the kinds ${kinds.join(', ')}` }],
        detail: { unknown: true },
      },
    )
  }
  const usual = kinds[0]
  const put = texts.map((text) => {
    const was = before.find(({ value }) => sameText(String(value), text))?.enum_code ?? undefined
    return kindValue(text, kind ?? was ?? usual)
  })
  if (kind === undefined) return put
  const others = before.flatMap(({ value, enum_code: code }) =>
    code === kind || texts.some((text) => sameText(String(value), text)) ? [] : kindValue(String(value), code ?? usual),
  )
  return [...others, ...put]
}

function kindValue(value: string, kind: string | undefined): FieldValue {
  return kind === undefined ? { value } : { value, enum_code: kind }
}

/** Phones are the same however they are spaced, e-mails however their letters are written. */
function sameText(one: string, other: string): boolean {
  return plain(one) === plain(other)
}

function plain(text: string): string {
  const digits = text.replaceAll(/\D/g, '')
  return /^[+\d\s().-]+$/.test(text) && digits.length > 4 ? digits : text.trim().toLowerCase()
}
