import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventsOf } from '../../../../../adapters/whatsapp/cloud/inbound/events.ts'
import { phoneNumberId } from './number.ts'

const folder = new URL('../../../../fixtures/whatsapp/cloud/', import.meta.url)
const now = new Date('2026-11-02T09:00:00Z')
const names = readdirSync(folder).filter((name) => name.endsWith('.json'))

describe('posts of the vendor become events of the unified model', () => {
  test.each(names)('%s', (name) => {
    const { origin, payload, expected } = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    expect(origin).toMatch(/^https:\/\/(developers\.facebook\.com|github\.com\/chatwoot)\//)
    const events = eventsOf(payload, phoneNumberId, now)
    // What is unknown is kept as it came; the fixture does not say it twice.
    const shown = events.map((event) => (event.kind === 'unknown' ? { ...event, raw: undefined } : event))
    expect(shown).toEqual(expected)
    for (const event of events) {
      if (event.kind === 'unknown') expect(JSON.stringify(payload)).toContain(JSON.stringify(event.raw))
    }
  })

  test('there are at least forty different ones', () => {
    expect(names.length).toBeGreaterThanOrEqual(40)
  })
})
