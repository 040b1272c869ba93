import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import type { WorkingHours } from '../../../src/team/team.table.ts'
import { isOpen, nextOpening } from '../../../src/team/working-hours.ts'

const at = (text: string) => DateTime.fromISO(text, { zone: 'Europe/Berlin' })
const hours: WorkingHours = {
  '1': [
    ['09:00', '12:00'],
    ['13:00', '18:00'],
  ],
  '7': [['20:00', '24:00']],
}

describe('working hours', () => {
  it('are open from their beginning until before their end', () => {
    expect(isOpen(hours, at('2026-11-02T09:00'))).toBe(true)
    expect(isOpen(hours, at('2026-11-02T11:59:59'))).toBe(true)
    expect(isOpen(hours, at('2026-11-02T12:00'))).toBe(false)
    expect(isOpen(hours, at('2026-11-03T10:00'))).toBe(false)
    expect(isOpen(hours, at('2026-11-01T23:59'))).toBe(true)
    expect(isOpen(hours, at('2026-11-02T00:00'))).toBe(false)
  })

  it('reach into the next day where they close before they open', () => {
    const night: WorkingHours = { '7': [['22:00', '02:00']] }
    expect(isOpen(night, at('2026-11-01T22:00'))).toBe(true)
    expect(isOpen(night, at('2026-11-02T01:59'))).toBe(true)
    expect(isOpen(night, at('2026-11-02T02:00'))).toBe(false)
    expect(isOpen(night, at('2026-11-01T01:00'))).toBe(false)
  })

  it('open next after the break, on another day, or a week later', () => {
    expect(nextOpening(hours, at('2026-11-02T12:30'))?.toISO()).toBe(at('2026-11-02T13:00').toISO())
    expect(nextOpening(hours, at('2026-11-02T18:00'))?.toISO()).toBe(at('2026-11-08T20:00').toISO())
    expect(nextOpening({ '1': [['09:00', '10:00']] }, at('2026-11-02T10:00'))?.toISO()).toBe(
      at('2026-11-09T09:00').toISO(),
    )
    expect(nextOpening({}, at('2026-11-02T10:00'))).toBeUndefined()
  })

  it('keep to the wall clock when summer time begins', () => {
    expect(nextOpening({ '1': [['09:00', '10:00']] }, at('2027-03-27T12:00'))?.toISO()).toBe(
      '2027-03-29T09:00:00.000+02:00',
    )
  })
})
