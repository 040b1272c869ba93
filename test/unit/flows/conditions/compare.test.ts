import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { compare, type Operator } from '../../../../src/flows/conditions/compare.ts'

const now = DateTime.fromISO('2026-11-02T12:00:00', { zone: 'Europe/Moscow' })

describe('compare', () => {
  it.each<[unknown, Operator, unknown, boolean]>([
    [' Moscow', 'equals', 'MOSCOW ', true],
    ['Moscow', 'equals', 'Moskva', false],
    [5, 'equals', '5,0', true],
    ['1 200', 'equals', 1200, true],
    ['05', 'equals', '5', false],
    ['five', 'equals', 5, false],
    [true, 'equals', 'yes', true],
    ['0', 'equals', false, true],
    [undefined, 'equals', false, true],
    ['perhaps', 'equals', false, false],
    [undefined, 'equals', '', true],
    [null, 'equals', 'x', false],
    [['a', 'B'], 'equals', ['b', 'a'], true],
    [['a', 'b'], 'equals', ['a', 'a'], false],
    [['a'], 'equals', 'A', true],
    ['Moscow', 'not_equals', 'moscow', false],
    [undefined, 'not_equals', 'moscow', true],
    ['Big red car', 'contains', 'RED', true],
    ['Big red car', 'contains', '', false],
    [['vip', 'lead'], 'contains', 'VIP', true],
    [['vip', 'lead'], 'contains', 'vi', false],
    [['vip', 'lead'], 'contains', ['vip', 'cold'], false],
    [['vip', 'lead'], 'contains', ['lead', 'vip'], true],
    [undefined, 'contains', 'x', false],
    [undefined, 'not_contains', 'x', true],
    ['abc', 'not_contains', 'b', false],
    ['Hello world', 'starts_with', 'hello', true],
    ['Hello world', 'starts_with', 'world', false],
    ['Hello world', 'ends_with', 'WORLD', true],
    ['Hello world', 'ends_with', '', false],
    [10, 'greater', '9', true],
    ['10', 'greater', '9', true],
    [9, 'greater', 9, false],
    ['ten', 'greater', 9, false],
    [undefined, 'less', 9, false],
    [-1, 'less', 0, true],
    ['2026-11-02', 'less', '03.11.2026', true],
    [5, 'between', [1, 5], true],
    [6, 'between', [1, 5], false],
    ['12:30', 'between', ['09:00', '18:00'], true],
    ['08:59', 'between', ['09:00', '18:00'], false],
    ['23:10', 'between', ['22:00', '06:00'], true],
    ['06:01', 'between', ['22:00', '06:00'], false],
    ['2026-11-02T23:00:00+03:00', 'between', ['01.11.2026', '02.11.2026'], true],
    ['', 'is_empty', undefined, true],
    ['  ', 'is_empty', undefined, true],
    [[], 'is_empty', undefined, true],
    [{}, 'is_empty', undefined, true],
    [0, 'is_empty', undefined, false],
    [false, 'is_empty', undefined, false],
    [0, 'is_set', undefined, true],
    [null, 'is_set', undefined, false],
    ['b', 'in_list', ['a', 'B'], true],
    [2, 'in_list', ['1', '2'], true],
    ['b', 'in_list', 'a, b', true],
    ['c', 'in_list', ['a', 'b'], false],
    ['2026-11-01T10:00:00Z', 'before', '02.11.2026', true],
    ['2026-11-02T05:00:00+03:00', 'before', '02.11.2026', false],
    ['2026-11-02T05:00:00+03:00', 'after', '02.11.2026', false],
    ['2026-11-03', 'after', 'today', true],
    ['2026-11-02T12:00:01+03:00', 'after', '2026-11-02T12:00:00+03:00', true],
    ['soon', 'after', '02.11.2026', false],
    ['2026-11-02T11:30:00+03:00', 'within_last', '1h', true],
    ['2026-11-02T10:30:00+03:00', 'within_last', '1h', false],
    ['2026-11-02T13:00:00+03:00', 'within_last', '1h', false],
    ['2026-11-02T11:30:00+03:00', 'within_last', 'an hour', false],
  ])('%j %s %j: %s', (actual, operator, expected, holds) => {
    expect(compare(operator, actual, expected, now)).toBe(holds)
  })

  it('compares the present as a moment', () => {
    expect(compare('after', now, '2026-11-02T11:00:00+03:00', now)).toBe(true)
    expect(compare('before', now, '03.11.2026', now)).toBe(true)
    expect(compare('is_set', now, undefined, now)).toBe(true)
  })
})
