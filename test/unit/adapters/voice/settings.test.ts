import { describe, expect, it } from 'vitest'
import { voice } from '../../../../adapters/voice/voice.ts'
import { maskSettings, readSettings, secretMask, secretNames } from '../../../../src/platform/secret-settings.ts'

const secret = 'a-long-shared-secret'
/** The paths of the settings that are wrong. */
function faults(settings: Record<string, unknown>): string[] {
  try {
    readSettings(voice, settings)
    return []
  } catch (error) {
    return (error as { faults: { path: string }[] }).faults.map(({ path }) => path)
  }
}

describe('the settings of a phone line', () => {
  it('are those that its driver needs', () => {
    expect(faults({ driver: 'generic' })).toEqual(['settings.url', 'settings.secret'])
    expect(faults({ driver: 'jambonz' })).toEqual(
      ['apiRoot', 'accountSid', 'applicationSid', 'apiKey', 'webhookSecret', 'from'].map((name) => `settings.${name}`),
    )
    expect(faults({ driver: 'twilio' })).toEqual(['settings.accountSid', 'settings.authToken', 'settings.from'])
    expect(faults({ driver: 'sip' })).toEqual(['settings.secret'])
    expect(faults({ driver: 'sip', secret })).toEqual([])
    expect(faults({ driver: 'fax' })).toEqual(['settings.driver'])
  })

  it('are refused where they are wrong, also those that the program does not know', () => {
    expect(faults({ driver: 'sip', secret, colour: 'red' })).toEqual(['settings.colour'])
    expect(faults({ driver: 'sip', secret, allowedSipServers: ['a b'] })).toEqual(['settings.allowedSipServers[0]'])
    expect(faults({ driver: 'sip', secret, country: 'XX' })).toEqual(['settings.country'])
    expect(faults({ driver: 'sip', secret, from: 'a\r\nb' })).toEqual(['settings.from'])
    expect(faults({ driver: 'sip', secret, greeting: 'Hello' })).toEqual(['settings.greeting'])
  })

  it('keep their secrets', () => {
    expect(secretNames(voice).toSorted()).toEqual(['apiKey', 'authToken', 'password', 'secret', 'webhookSecret'])
    expect(maskSettings(voice, { driver: 'sip', secret })).toEqual({ driver: 'sip', secret: secretMask })
  })
})
