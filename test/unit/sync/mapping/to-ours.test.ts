import { describe, expect, test } from 'vitest'
import type { CrmValue } from '../../../../src/sync/crm.ts'
import type { OurField } from '../../../../src/sync/mapping/our-fields.ts'
import type { MappedEntity } from '../../../../src/sync/mapping/our-side.ts'
import { listToOurs, toOurs } from '../../../../src/sync/mapping/to-ours.ts'

const locale = { country: 'RU', timeZone: 'Europe/Moscow' }
const attribute = (type: OurField['type'], choices?: string[]): OurField => ({
  name: 'attributes.x',
  type,
  ...(choices && { choices }),
})
const field = (name: string, type: OurField['type'] = 'text'): OurField => ({ name, type })

type Case = [
  what: string,
  entity: MappedEntity,
  ours: OurField,
  value: CrmValue,
  expected: { value?: unknown; fault?: RegExp },
]

const cases: Case[] = [
  ['a text', 'contact', attribute('text'), 'Moscow', { value: 'Moscow' }],
  ['a number in a text', 'contact', attribute('text'), 15, { value: '15' }],
  ['choices in a text', 'contact', attribute('text'), ['a', 'b'], { value: 'a, b' }],
  ['a text that is too long', 'contact', attribute('text'), 'x'.repeat(10_001), { fault: /at most 10,000/ }],
  ['a number', 'contact', attribute('number'), 1.25, { value: 1.25 }],
  ['a date', 'contact', attribute('date'), '2026-11-30', { value: '2026-11-30' }],
  ['a moment as its day here', 'contact', attribute('date'), '2026-11-30T21:30:00Z', { value: '2026-12-01' }],
  ['a moment', 'contact', attribute('datetime'), '2026-11-30T21:30:00Z', { value: '2026-11-30T21:30:00.000Z' }],
  [
    'a date as the beginning of its day',
    'contact',
    attribute('datetime'),
    '2026-11-30',
    { value: '2026-11-29T21:00:00.000Z' },
  ],
  ['a choice in another case', 'contact', attribute('choice', ['Red']), 'red', { value: 'Red' }],
  [
    'a choice that ours does not have',
    'contact',
    attribute('choice', ['Red']),
    'pink',
    { fault: /"pink" cannot be kept here; expected one of "Red"/ },
  ],
  ['choices', 'contact', attribute('choices', ['Red', 'Blue']), ['blue', 'red'], { value: ['Blue', 'Red'] }],
  ['a choice where ours may have several', 'contact', attribute('choices', ['Red']), 'red', { value: ['Red'] }],
  ['yes', 'contact', attribute('boolean'), true, { value: true }],
  [
    'the first of several phones',
    'contact',
    attribute('phone'),
    ['8 916 123-45-67', '+4930123456'],
    { value: '+79161234567' },
  ],
  ['a text that is no phone', 'contact', attribute('phone'), 'ask Olga', { fault: /phone number/ }],
  ['an e-mail in capitals', 'contact', attribute('email'), 'Anna@Example.COM', { value: 'anna@example.com' }],
  ['a link', 'contact', attribute('link'), 'https://example.com', { value: 'https://example.com' }],
  ['nothing', 'contact', attribute('number'), null, { value: null }],
  ['an empty list', 'contact', attribute('choices', ['Red']), [], { value: null }],
  ['a first name', 'contact', field('first_name'), ' Anna ', { value: 'Anna' }],
  ['a first name that is too long', 'contact', field('first_name'), 'x'.repeat(201), { fault: /at most 200/ }],
  ['a phone', 'contact', field('phone', 'phone'), '8 916 123-45-67', { value: '+79161234567' }],
  ['a country that is none', 'contact', field('country'), 'Russia', { fault: /two letters/ }],
  [
    'a whole name',
    'contact',
    field('name'),
    ' Anna  Maria Petrova ',
    { value: { firstName: 'Anna', lastName: 'Maria Petrova' } },
  ],
  ['one name', 'contact', field('name'), 'Anna', { value: { firstName: 'Anna', lastName: null } }],
  ["a deal's name", 'deal', field('name'), 'A car', { value: 'A car' }],
  ["a deal's name that is missing", 'deal', field('name'), '', { fault: /needs a name/ }],
  ["a deal's name that is too long", 'deal', field('name'), 'x'.repeat(201), { fault: /cannot be kept here/ }],
  ['a budget with many decimals', 'deal', field('budget', 'number'), 10.006, { value: 10.01 }],
  ['a budget as people write it', 'deal', field('budget', 'number'), '1 500,50', { value: 1500.5 }],
  ['a budget of words', 'deal', field('budget', 'number'), 'many', { fault: /expected number/ }],
  ['no budget', 'deal', field('budget', 'number'), null, { value: null }],
  ['a currency', 'deal', field('currency'), 'eur', { value: 'EUR' }],
  ['a currency that is none', 'deal', field('currency'), 'euro', { fault: /ISO 4217/ }],
  ['a number in a variable', 'deal', field('variables.x', 'any'), 5, { value: 5 }],
  ['choices in a variable', 'deal', field('variables.x', 'any'), ['a'], { value: ['a'] }],
]

describe('what we keep of a value from another CRM', () => {
  test.each(cases)('%s', (_what, entity, ours, value, { value: kept, fault }) => {
    const result = toOurs(value, entity, ours, locale)
    if (fault) expect((result as { fault: string }).fault).toMatch(fault)
    else expect(result).toEqual({ value: kept })
  })

  test('of a list of phones those that are none are told and left where they stand', () => {
    const read = listToOurs(['8 916 123-45-67', 'ask Olga', '+79161234567'], field('phone', 'phone'), locale)
    expect(read).toEqual({
      values: ['+79161234567'],
      strange: ['ask Olga'],
      faults: [expect.stringContaining('phone')],
    })
  })
})
