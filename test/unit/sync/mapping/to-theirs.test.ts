import { describe, expect, test } from 'vitest'
import type { CrmField } from '../../../../src/sync/crm.ts'
import type { OurField } from '../../../../src/sync/mapping/our-fields.ts'
import { toTheirs } from '../../../../src/sync/mapping/to-theirs.ts'

const locale = { country: 'RU', timeZone: 'Europe/Moscow' }
const titles = ['red', 'blue', 'Зелёный']

type Case = [
  what: string,
  ours: OurField['type'],
  value: unknown,
  field: Partial<CrmField>,
  expected: { value?: unknown; note?: RegExp; fault?: RegExp },
]

const cases: Case[] = [
  ['a choice that has a space there', 'text', 'Red', { type: 'choice', choices: ['red '] }, { value: 'red ' }],
  ['a text in a text', 'text', 'Anna', { type: 'text' }, { value: 'Anna' }],
  ['a text in an address', 'text', 'Tverskaya 1', { type: 'address' }, { value: 'Tverskaya 1' }],
  [
    'a text that is too long',
    'text',
    'abcdef',
    { type: 'text', maxLength: 4 },
    { value: 'abcd', note: /up to 4 .* of 6/ },
  ],
  [
    'a text that ends in half a character',
    'text',
    'abc🚗d',
    { type: 'text', maxLength: 4 },
    { value: 'abc', note: /up to 4/ },
  ],
  ['a text as a choice in another case', 'text', ' RED', { type: 'choice', choices: titles }, { value: 'red' }],
  ['a text that is no choice', 'text', 'pink', { type: 'choice', choices: titles }, { fault: /"pink".*"red", "blue"/ }],
  ['a text among several choices', 'text', 'зелёный', { type: 'choices', choices: titles }, { value: ['Зелёный'] }],
  ['a text as a choice of unknown titles', 'text', 'pink', { type: 'choice' }, { value: 'pink' }],
  ['a number in a number', 'number', 1500.5, { type: 'number' }, { value: 1500.5 }],
  [
    'a number where there are no fractions',
    'number',
    99.5,
    { type: 'number', whole: true },
    { value: 100, note: /as 100/ },
  ],
  ['a whole number where there are no fractions', 'number', 99, { type: 'number', whole: true }, { value: 99 }],
  ['a number in a text', 'number', 1500.5, { type: 'text' }, { value: '1500.5' }],
  ['nought in a number', 'number', 0, { type: 'number' }, { value: 0 }],
  ['a date in a date', 'date', '2026-11-30', { type: 'date' }, { value: '2026-11-30' }],
  ['a date as the beginning of its day', 'date', '2026-11-30', { type: 'datetime' }, { value: '2026-11-29T21:00:00Z' }],
  ['a date in a text', 'date', '2026-11-30', { type: 'text' }, { value: '2026-11-30' }],
  [
    'a moment without parts of seconds',
    'datetime',
    '2026-11-30T21:30:15.750Z',
    { type: 'datetime' },
    { value: '2026-11-30T21:30:15Z' },
  ],
  ['a moment on its day here', 'datetime', '2026-11-30T21:30:00.000Z', { type: 'date' }, { value: '2026-12-01' }],
  [
    'a moment in words of here',
    'datetime',
    '2026-11-30T21:30:00.000Z',
    { type: 'text' },
    { value: '2026-12-01 00:30' },
  ],
  ['a choice', 'choice', 'Blue', { type: 'choice', choices: titles }, { value: 'blue' }],
  ['a choice where several are possible', 'choice', 'blue', { type: 'choices', choices: titles }, { value: ['blue'] }],
  ['a choice in a text', 'choice', 'blue', { type: 'text' }, { value: 'blue' }],
  [
    'choices in the order of there',
    'choices',
    ['blue', 'RED'],
    { type: 'choices', choices: titles },
    { value: ['red', 'blue'] },
  ],
  [
    'choices of which one is missing',
    'choices',
    ['blue', 'pink'],
    { type: 'choices', choices: titles },
    { fault: /pink/ },
  ],
  ['choices in a text', 'choices', ['blue', 'red'], { type: 'text' }, { value: 'blue, red' }],
  ['yes', 'boolean', true, { type: 'boolean' }, { value: true }],
  ['no', 'boolean', false, { type: 'boolean' }, { value: false }],
  ['yes in a text', 'boolean', true, { type: 'text' }, { value: 'true' }],
  ['a phone', 'phone', '+79161234567', { type: 'phone' }, { value: '+79161234567' }],
  ['a phone in a list', 'phone', '+79161234567', { type: 'phone', multiple: true }, { value: ['+79161234567'] }],
  ['a phone in a text', 'phone', '+79161234567', { type: 'text' }, { value: '+79161234567' }],
  ['an e-mail', 'email', 'anna@example.com', { type: 'email' }, { value: 'anna@example.com' }],
  ['a link', 'link', 'https://example.com/a', { type: 'link' }, { value: 'https://example.com/a' }],
  ['a variable that is a number in words', 'any', '1 500,50', { type: 'number' }, { value: 1500.5 }],
  [
    'a variable that is no number',
    'any',
    'many',
    { type: 'number' },
    { fault: /"many" cannot be kept there; expected a number/ },
  ],
  ['a variable of day and month', 'any', '30.11.2026', { type: 'date' }, { value: '2026-11-30' }],
  [
    'a variable that is a moment, as a day of here',
    'any',
    '2026-11-30T21:30:00Z',
    { type: 'date' },
    { value: '2026-12-01' },
  ],
  [
    'a variable that only looks like a moment',
    'any',
    '2026-99-99T10:00Z',
    { type: 'date' },
    { fault: /expected a date/ },
  ],
  ['a variable that says yes', 'any', 'да', { type: 'boolean' }, { value: true }],
  ['a variable that says neither', 'any', 'maybe', { type: 'boolean' }, { fault: /expected true or false/ }],
  [
    'a variable that is a phone as people write it',
    'any',
    '8 (916) 123-45-67',
    { type: 'phone' },
    { value: '+79161234567' },
  ],
  ['a variable of several things in a text', 'any', { a: 1 }, { type: 'text' }, { value: '{"a":1}' }],
  ['a variable that is a list in a text', 'any', ['a', 2], { type: 'text' }, { value: 'a, 2' }],
  [
    'a variable that is a list of one as a choice',
    'any',
    ['Red'],
    { type: 'choice', choices: titles },
    { value: 'red' },
  ],
  [
    'a variable that is a list as a choice',
    'any',
    ['red', 'blue'],
    { type: 'choice', choices: titles },
    { fault: /expected one of/ },
  ],
  ['a variable that is no link', 'any', 'javascript:alert(1)', { type: 'link' }, { fault: /begins with http/ }],
  ['a variable that is no e-mail', 'any', 'anna', { type: 'email' }, { fault: /e-mail/ }],
]

describe('what another CRM keeps of a value of ours', () => {
  test.each(cases)('%s', (_what, type, value, field, { value: kept, note, fault }) => {
    const result = toTheirs(value, { name: 'x', type }, { key: 'x', title: 'X', type: 'text', ...field }, locale)
    if (fault) {
      expect(result).not.toHaveProperty('value')
      expect((result as { fault: string }).fault).toMatch(fault)
      return
    }
    expect(result).toHaveProperty('value', kept)
    if (note) expect((result as { note: string }).note).toMatch(note)
    else expect(result).not.toHaveProperty('note')
  })

  test.each([null, undefined, '', '  ', []])('nothing (%j) empties every field', (value) => {
    for (const type of ['text', 'number', 'date', 'choice', 'choices', 'boolean', 'phone'] as const) {
      expect(toTheirs(value, { name: 'x', type: 'any' }, { key: 'x', title: 'X', type }, locale)).toEqual({
        value: null,
      })
    }
  })

  test('all phones go where a field holds several, and the first where it holds one', () => {
    const phones = ['+79161234567', '+4930123456']
    const ours: OurField = { name: 'phone', type: 'phone', many: true }
    const field: CrmField = { key: 'phone', title: 'Phone', type: 'phone' }
    expect(toTheirs(phones, ours, { ...field, multiple: true }, locale)).toEqual({ value: phones })
    expect(toTheirs(phones, ours, field, locale)).toEqual({ value: '+79161234567' })
  })

  test('a phone is read with the country of its contact first', () => {
    const field: CrmField = { key: 'x', title: 'X', type: 'phone' }
    const german = { ...locale, ownCountry: 'DE' }
    expect(toTheirs('030 123456', { name: 'x', type: 'any' }, field, german)).toEqual({ value: '+4930123456' })
  })
})
