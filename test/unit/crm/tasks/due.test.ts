import { describe, expect, it } from 'vitest'
import { readDue, type WrittenDue } from '../../../../src/crm/tasks/due.ts'
import type { AppError } from '../../../../src/platform/errors.ts'

const now = new Date('2026-11-02T09:00:00Z')
const moscow = 'Europe/Moscow'

describe('readDue', () => {
  it.each<[string, WrittenDue, string | null]>([
    ['a moment with an offset', { dueAt: '2026-11-30T18:00:00+05:00' }, '2026-11-30T13:00:00.000Z'],
    ['a moment without one, in the zone of the project', { dueAt: '2026-11-30T18:00' }, '2026-11-30T15:00:00.000Z'],
    ['a space between day and time', { dueAt: '2026-11-30 18:00' }, '2026-11-30T15:00:00.000Z'],
    ['a day of ISO 8601, whose last minute is meant', { dueAt: '2026-11-30' }, '2026-11-30T20:59:00.000Z'],
    ['dd.mm.yyyy', { dueAt: '30.11.2026' }, '2026-11-30T20:59:00.000Z'],
    ['day and month of one digit', { dueAt: '3.1.2027' }, '2027-01-03T20:59:00.000Z'],
    ['dd.mm.yyyy with a time', { dueAt: ' 30.11.2026 08:05 ' }, '2026-11-30T05:05:00.000Z'],
    ['dd.mm.yyyy beside a time', { dueAt: '30.11.2026', dueTime: '08:00' }, '2026-11-30T05:00:00.000Z'],
    [
      'a time that wins over the one of the day',
      { dueAt: '30.11.2026 08:05', dueTime: '9:00' },
      '2026-11-30T06:00:00.000Z',
    ],
    ['a time alone, of today', { dueTime: '23:30' }, '2026-11-02T20:30:00.000Z'],
    ['nothing', {}, null],
    ['what is taken away', { dueAt: null }, null],
    ['the day of the leap year', { dueAt: '29.02.2028', dueTime: '00:00' }, '2028-02-28T21:00:00.000Z'],
  ])('reads %s', (_what, written, expected) => {
    expect(readDue(written, null, now, moscow)?.toISOString() ?? null).toBe(expected)
  })

  it.each<[string, WrittenDue, string | null]>([
    ['another time of the same day', { dueTime: '10:00' }, '2026-12-01T07:00:00.000Z'],
    ['another day, whose last minute is meant', { dueAt: '2.12.2026' }, '2026-12-02T20:59:00.000Z'],
    ['nothing, which stays', {}, '2026-12-01T12:34:00.000Z'],
    ['what is taken away', { dueAt: null }, null],
  ])('changes a known moment by %s', (_what, written, expected) => {
    expect(readDue(written, new Date('2026-12-01T12:34:00Z'), now, moscow)?.toISOString() ?? null).toBe(expected)
  })

  it('keeps the day of the project where another day has begun in UTC', () => {
    const current = new Date('2026-12-01T22:30:00Z')
    expect(readDue({ dueTime: '05:00' }, current, now, moscow)?.toISOString()).toBe('2026-12-02T02:00:00.000Z')
  })

  it('means the hour that comes, where clocks go forward over the one that was written', () => {
    const due = readDue({ dueAt: '29.03.2026', dueTime: '02:30' }, null, now, 'Europe/Berlin')
    expect(due?.toISOString()).toBe('2026-03-29T01:30:00.000Z')
  })

  it.each<[WrittenDue, string]>([
    [{ dueAt: 'tomorrow' }, 'dueAt'],
    [{ dueAt: '' }, 'dueAt'],
    [{ dueAt: '31.02.2026' }, 'dueAt'],
    [{ dueAt: '2026-13-01' }, 'dueAt'],
    [{ dueAt: '11/30/2026' }, 'dueAt'],
    [{ dueAt: '30.11.26' }, 'dueAt'],
    [{ dueAt: '30.11.9999' }, 'dueAt'],
    [{ dueAt: '30.11.2026', dueTime: '25:00' }, 'dueTime'],
    [{ dueAt: '30.11.2026', dueTime: '8' }, 'dueTime'],
    [{ dueAt: null, dueTime: '08:00' }, 'dueTime'],
  ])('refuses %j', (written, path) => {
    expect(() => readDue(written, null, now, moscow)).toThrow(
      expect.objectContaining<Partial<AppError>>({ code: 'invalid', faults: [expect.objectContaining({ path })] }),
    )
  })
})
