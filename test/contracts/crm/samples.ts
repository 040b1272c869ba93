import type { CrmField, CrmValue } from '../../../src/sync/crm.ts'

/** A value for each of these fields, by key; another number gives other values. */
export function sampleValues(fields: CrmField[], number: number): Record<string, CrmValue> {
  return Object.fromEntries(fields.map((field) => [field.key, sampleValue(field, number)]))
}

function sampleValue({ key, type, choices = [], multiple, maxLength, whole }: CrmField, number: number): CrmValue {
  const list = (one: string, other: string): CrmValue => (multiple ? [one, other] : one)
  switch (type) {
    case 'text':
      return `${number} “Число” & <things> of ${key}`.slice(0, maxLength)
    case 'number':
      return whole || key === 'budget' ? 120_000 + number : 12.5 + number
    case 'date':
      return `2026-11-2${number}`
    case 'datetime':
      return `2026-11-2${number}T09:15:00.000Z`
    case 'choice':
      return choices[number % choices.length]!
    case 'choices':
      return number % 2 === 1 ? choices.slice(0, 2) : choices.slice(-1)
    case 'boolean':
      return number % 2 === 1
    case 'phone':
      return list(`+7916123456${number}`, `+4930123456${number}`)
    case 'email':
      return list(`ann${number}@example.com`, `work${number}@example.org`)
    case 'link':
      return `https://example.com/cars?n=${number}&q=a%20b`
    case 'address':
      return `Main street ${number}, Springfield`
  }
}
