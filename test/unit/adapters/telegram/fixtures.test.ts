import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventsOf } from '../../../../adapters/telegram/inbound/events.ts'

const folder = new URL('../../../fixtures/telegram/', import.meta.url)
const bot = { id: 700000001, username: 'agent_bot' }
const now = new Date('2026-11-02T09:00:00Z')
const names = readdirSync(folder).filter((name) => name.endsWith('.json'))

describe('updates of the vendor become events of the unified model', () => {
  test.each(names)('%s', (name) => {
    const { origin, update, expected } = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    expect(origin).toMatch(/core\.telegram\.org|teloxide|chatwoot|python-telegram-bot/)
    const events = eventsOf(update, bot, now)
    // What is unknown is kept as it came; the fixture does not say it twice.
    const shown = events.map((event) => (event.kind === 'unknown' ? { ...event, raw: 'update' } : event))
    expect(shown).toEqual(expected)
    for (const event of events) if (event.kind === 'unknown') expect(event.raw).toEqual(update)
  })

  test('there are at least forty different ones', () => {
    expect(names.length).toBeGreaterThanOrEqual(40)
  })
})
