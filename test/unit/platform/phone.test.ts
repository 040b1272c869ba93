import { describe, expect, it } from 'vitest'
import { parsePhone } from '../../../src/platform/phone.ts'

describe('parsePhone', () => {
  it.each([
    ['+7 916 123-45-67', undefined, '+79161234567'],
    ['8 916 123 45 67', 'RU', '+79161234567'],
    ['79161234567', 'RU', '+79161234567'],
    ['79161234567', 'US', '+79161234567'],
    ['79161234567', undefined, '+79161234567'],
    ['00 49 30 901820', 'RU', '+4930901820'],
    ['0049 30 901820', 'RU', '+4930901820'],
    ['030 901820', 'de', '+4930901820'],
    ['call +1 (212) 555-2368 please', 'RU', '+12125552368'],
    ['030 901820', 'XX', undefined],
    ['12', 'RU', undefined],
    ['', 'RU', undefined],
    ['no number', 'RU', undefined],
  ])('reads "%s" in %s as %s', (text, country, phone) => {
    expect(parsePhone(text, country)).toBe(phone)
  })
})
