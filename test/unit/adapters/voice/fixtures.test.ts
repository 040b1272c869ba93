import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { genericLine, jambonzLine, secret, signedHook, twilioHook, twilioLine } from './line.ts'

const folder = new URL('../../../fixtures/voice/', import.meta.url)
const names = readdirSync(folder).filter((name) => name.endsWith('.json'))

interface Fixture {
  origin: string
  driver: 'generic' | 'jambonz' | 'twilio'
  query: string
  payload: Record<string, string>
  expected: unknown[]
}

const makers = { generic: genericLine, jambonz: jambonzLine, twilio: twilioLine }

describe('what phone systems tell becomes events of the unified model', () => {
  test.each(names)('%s', async (name) => {
    const { origin, driver, query, payload, expected } = JSON.parse(
      readFileSync(new URL(name, folder), 'utf8'),
    ) as Fixture
    expect(origin).toMatch(/jambonz|twilio\.com|generic\/contract\.ts/)
    const line = await makers[driver]()
    const signed = { at: line.clock.now(), query }
    const request =
      driver === 'twilio'
        ? twilioHook(payload, query)
        : driver === 'jambonz'
          ? signedHook(payload, { ...signed, header: 'jambonz-signature', secret: 'wh-secret' })
          : signedHook(payload, { ...signed, header: 'x-signature', secret })
    const { response, events } = await line.adapter.receive(request)
    await line.stop()
    expect(response.status).toBeLessThan(300)
    // What is unknown is kept as it came; the fixture does not say it twice.
    expect(events.map((event) => (event.kind === 'unknown' ? { ...event, raw: 'payload' } : event))).toEqual(expected)
    for (const event of events) if (event.kind === 'unknown') expect(event.raw).toEqual(payload)
  })

  test('every driver is there with each step of a call', () => {
    for (const driver of ['generic', 'jambonz', 'twilio']) {
      expect(names.filter((name) => name.startsWith(driver)).length).toBeGreaterThanOrEqual(15)
    }
  })
})
