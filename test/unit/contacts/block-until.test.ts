import { describe, expect, it } from 'vitest'
import { blockUntil } from '../../../src/contacts/block-until.ts'

describe('blockUntil', () => {
  // A Saturday, already Sunday the 1st in Vladivostok.
  const now = new Date('2026-10-31T20:30:00Z')
  it.each([
    ['hour', 'UTC', '2026-10-31T21:30:00.000Z'],
    ['tomorrow', 'UTC', '2026-11-01T00:00:00.000Z'],
    ['tomorrow', 'Asia/Vladivostok', '2026-11-01T14:00:00.000Z'],
    ['next_week', 'UTC', '2026-11-02T00:00:00.000Z'],
    ['next_week', 'Asia/Vladivostok', '2026-11-01T14:00:00.000Z'],
    ['next_month', 'UTC', '2026-11-01T00:00:00.000Z'],
    ['next_month', 'Asia/Vladivostok', '2026-11-30T14:00:00.000Z'],
    ['forever', 'UTC', '9999-12-31T23:59:59.000Z'],
  ] as const)('%s in %s ends at %s', (preset, zone, end) => {
    expect(blockUntil(preset, now, zone).toISOString()).toBe(end)
  })

  it('takes the day that is an hour longer in its stride', () => {
    const evening = new Date('2026-10-25T00:30:00+02:00')
    expect(blockUntil('hour', evening, 'Europe/Berlin').toISOString()).toBe('2026-10-24T23:30:00.000Z')
    expect(blockUntil('tomorrow', evening, 'Europe/Berlin').toISOString()).toBe('2026-10-25T23:00:00.000Z')
  })
})
