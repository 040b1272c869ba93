import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventsOf } from '../../../../../adapters/telegram/account/inbound/events.ts'
import { type Fixture, fixtureSituation } from './fixture.ts'

const folder = new URL('../../../../fixtures/telegram/account/', import.meta.url)
const names = readdirSync(folder).filter((name) => name.endsWith('.json'))

describe('updates of the protocol become events of the unified model', () => {
  test.each(names)('%s', (name) => {
    const fixture: Fixture = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    expect(fixture.origin).toMatch(/^https:\/\/core\.telegram\.org\//)
    const { update, peers, rest } = fixtureSituation(fixture)
    const events = eventsOf(update, peers, rest)
    // What is unknown is kept as it came; the fixture does not say it twice.
    expect(events.map((event) => (event.kind === 'unknown' ? { ...event, raw: 'update' } : event))).toEqual(
      fixture.expected,
    )
  })

  test('there are at least forty different ones', () => {
    expect(names.length).toBeGreaterThanOrEqual(40)
  })
})
