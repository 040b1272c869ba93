import { describe, expect, it } from 'vitest'
import { fieldSchema } from '../../../../adapters/rest-crm/settings/field.ts'
import { decodeValues, momentOf } from '../../../../adapters/rest-crm/values/decode.ts'
import type { CrmValue } from '../../../../src/sync/crm.ts'

/** What a field of that type reads of a value there. */
function read(type: string, value: unknown): CrmValue {
  const choices = type === 'choice' ? { choices: [{ title: 'Red', value: 'r1' }] } : {}
  const fields = [fieldSchema.parse({ key: 'one', type, ...choices })]
  const style = { scalars: 'json', moments: 'iso', ids: 'text', empty: 'null' } as const
  return decodeValues({ one: value }, { fields, style, constants: {}, values: undefined }).one!
}

describe('a value there', () => {
  it.each([
    ['number', '1500.5', 1500.5],
    ['date', '2026-11-30T00:00:00+03:00', '2026-11-30'],
    ['date', 1_796_000_400_000, '2026-11-30'],
    ['datetime', '2026-11-30T18:00:00+03:00', '2026-11-30T15:00:00.000Z'],
    ['choice', 'r1', 'Red'],
    ['boolean', 'yes', true],
  ])('of a %s is read: %j', (type, value, neutral) => {
    expect(read(type, value)).toBe(neutral)
  })

  it.each([
    ['number', '1 500,50'],
    ['number', '100|USD'],
    ['date', '30.11.2026'],
    ['date', '11/30/2026'],
    ['datetime', '30.11.2026 18:00'],
    ['choice', 'r2'],
  ])('of a %s that means nothing to us is no empty one: %j', (type, value) => {
    expect(read(type, value)).toBe(value)
  })

  it.each([
    ['date', '0000-00-00'],
    ['datetime', '0000-00-00 00:00:00'],
    ['datetime', 'T00:00:00Z'],
    ['number', ''],
    ['choice', null],
  ])('of a %s may say that there is none: %j', (type, value) => {
    expect(read(type, value)).toBeNull()
  })
})

it.each([
  ['2026-11-30 18:00:00', '2026-11-30T18:00:00.000Z'],
  ['2026-11-30T18:00:00', '2026-11-30T18:00:00.000Z'],
  ['2026-11-30T18:00:00.123456', '2026-11-30T18:00:00.123Z'],
  ['2026-11-30 18:00', '2026-11-30T18:00:00.000Z'],
  ['2026-11-30', '2026-11-30T00:00:00.000Z'],
  ['2026-11-30T18:00:00+0300', '2026-11-30T15:00:00.000Z'],
  ['Mon, 30 Nov 2026 18:00:00 GMT', '2026-11-30T18:00:00.000Z'],
  ['1796061600', '2026-11-30T18:00:00.000Z'],
  ['11/30/2026 18:00', undefined],
  ['11-30-2026', undefined],
])('The moment %s does not depend on the zone of the machine.', (text, moment) => {
  const zone = process.env.TZ
  try {
    process.env.TZ = 'Asia/Tokyo'
    expect(momentOf(text)?.toISOString()).toBe(moment)
  } finally {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  }
})
