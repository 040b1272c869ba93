import { describe, expect, it } from 'vitest'
import { delay } from '../../../../src/flows/blocks/delay.ts'
import { type Given, optionFaults, stepper } from './step.ts'

/** Until when it waits, ISO 8601; `next` when it does not. */
async function waitsUntil(options: Record<string, unknown>, given: Given = {}) {
  const outcome = await stepper(delay, options, given).execute()
  if (outcome.do !== 'wait') return outcome.do
  expect(outcome.for).toBe('time')
  return outcome.until?.toISOString()
}

const newYork = { scope: { contact: { time_zone: 'America/New_York' } } }

describe('delay', () => {
  it('waits for a while and goes on', async () => {
    expect(await waitsUntil({ for: '3d' })).toBe('2026-11-05T09:00:00.000Z')
    expect(await stepper(delay, { for: '3d' }).resume({ because: 'time' })).toEqual({ do: 'next', output: 'next' })
  })

  it.each([
    ['25.12.2026 10:00', '2026-12-25T07:00:00.000Z'],
    ['2026-12-25', '2026-12-24T21:00:00.000Z'],
    ['2026-12-25T10:00:00Z', '2026-12-25T10:00:00.000Z'],
    ['tomorrow 9:00', '2026-11-03T06:00:00.000Z'],
    ['18:00', '2026-11-02T15:00:00.000Z'],
    ['11:00', '2026-11-03T08:00:00.000Z'],
    ['01.11.2026', 'next'],
  ])('waits until "%s"', async (until, moment) => {
    expect(await waitsUntil({ until })).toBe(moment)
  })

  it("reads dates on the contact's clock, or the project's if it is told to", async () => {
    const given = { scope: { contact: { time_zone: 'America/New_York', visit: '25.12.2026 10:00' } } }
    expect(await waitsUntil({ until: '{{ contact.visit }}' }, given)).toBe('2026-12-25T15:00:00.000Z')
    expect(await waitsUntil({ until: '{{ contact.visit }}', clock: 'project' }, given)).toBe('2026-12-25T07:00:00.000Z')
    const nowhere = { scope: { contact: { time_zone: 'Mars/Base' } } }
    expect(await waitsUntil({ until: '25.12.2026 10:00' }, nowhere)).toBe('2026-12-25T07:00:00.000Z')
  })

  it('fails with the text that is no date', async () => {
    await expect(stepper(delay, { until: '{{ run.nothing }}' }).execute()).rejects.toThrow(
      'The option "until" came out as ""',
    )
  })

  it.each([
    ['while it is open', '2026-11-02T09:00:00Z', {}, 'next'],
    ['in the evening, until the morning', '2026-11-02T15:00:00Z', {}, '2026-11-03T06:00:00.000Z'],
    ['before the opening', '2026-11-02T05:59:00Z', {}, '2026-11-02T06:00:00.000Z'],
    ['over a weekend', '2026-11-06T15:00:00Z', {}, '2026-11-09T06:00:00.000Z'],
    ["on the contact's own clock", '2026-11-02T09:00:00Z', newYork, '2026-11-02T14:00:00.000Z'],
  ])('waits for business hours %s', async (_, now, given, moment) => {
    expect(await waitsUntil({ businessHours: true }, { ...given, now: new Date(now) })).toBe(moment)
  })

  it('waits for business hours after the other wait is over', async () => {
    expect(await waitsUntil({ for: '8h', businessHours: true })).toBe('2026-11-03T06:00:00.000Z')
    expect(await waitsUntil({ for: '1h', businessHours: true })).toBe('2026-11-02T10:00:00.000Z')
  })

  it('knows hours that go over midnight, and days without any', async () => {
    const night = { project: { workingHours: { '1': [['22:00', '02:00'] as [string, string]] } } }
    expect(await waitsUntil({ businessHours: true }, { ...night, now: new Date('2026-11-02T22:30:00Z') })).toBe('next')
    expect(await waitsUntil({ businessHours: true }, { ...night, now: new Date('2026-11-02T23:00:00Z') })).toBe(
      '2026-11-09T19:00:00.000Z',
    )
    await expect(waitsUntil({ businessHours: true }, { project: { workingHours: {} } })).rejects.toThrow(
      'has no working hours',
    )
  })

  it('refuses options that make no sense', () => {
    expect(optionFaults(delay, {})).toEqual(['for: expected for, until or businessHours'])
    expect(optionFaults(delay, { for: '1d', until: '12:00' })).toEqual(['until: expected either for or until'])
    expect(optionFaults(delay, { for: '1 day' })[0]).toContain('such as 30s or 3d')
  })
})
