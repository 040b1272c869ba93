import { createHmac } from 'node:crypto'
import type { VoiceSettings } from '../../../../adapters/voice/settings.ts'
import { voice } from '../../../../adapters/voice/voice.ts'
import type { ChannelAdapter, HookRequest } from '../../../../src/conversations/channel.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import { createSafeHttp } from '../../../../src/platform/safe-http/safe-http.ts'
import { channelContext, type TestContext } from '../../../channel-context.ts'
import { startJambonzApi } from '../../../doubles/voice/jambonz-api.ts'
import { startPhoneSystem } from '../../../doubles/voice/phone-system.ts'
import { startTwilioApi } from '../../../doubles/voice/twilio-api.ts'

export const secret = 'a-long-shared-secret'
export const hookUrl = 'https://chat.example.com/hooks/abc'

/** A phone line with the double of its vendor. */
export interface TestLine<Vendor> {
  vendor: Vendor
  adapter: ChannelAdapter
  context: TestContext<VoiceSettings>
  clock: VirtualClock
  stop(): Promise<void>
}

type Over = Record<string, unknown>
type Closing = { close(): Promise<void> }

async function line<Vendor extends Closing>(
  vendor: Vendor,
  settings: Over,
  given: { hookUrl?: string | undefined } = { hookUrl },
): Promise<TestLine<Vendor>> {
  const clock = new VirtualClock()
  const http = createSafeHttp({ allowedPrivateHosts: ['127.0.0.0/8'] })
  const parsed = voice.settings.parse({ country: 'DE', ...settings })
  const context = channelContext(parsed as VoiceSettings, { hookUrl: given.hookUrl, clock, http })
  const adapter = voice.create(context)
  return {
    vendor,
    adapter,
    context,
    clock,
    stop: async () => {
      await vendor.close()
      await http.close()
    },
  }
}

export async function genericLine(over: Over = {}, given?: { hookUrl?: string | undefined }) {
  const vendor = await startPhoneSystem(secret)
  return line(vendor, { driver: 'generic', url: vendor.url, secret, ...over }, given)
}

export async function jambonzLine(over: Over = {}, given?: { hookUrl?: string | undefined }) {
  const vendor = await startJambonzApi({ account: 'acc-1', apiKey: 'key-1' })
  const settings = {
    driver: 'jambonz',
    apiRoot: vendor.url,
    accountSid: 'acc-1',
    applicationSid: 'app-1',
    apiKey: 'key-1',
    webhookSecret: 'wh-secret',
    from: '+4930111111',
  }
  return line(vendor, { ...settings, ...over }, given)
}

export async function twilioLine(over: Over = {}, given?: { hookUrl?: string | undefined }) {
  const vendor = await startTwilioApi({ account: 'AC1', authToken: 'token-1', number: '+14155550100' })
  const settings = {
    driver: 'twilio',
    apiRoot: vendor.url,
    accountSid: 'AC1',
    authToken: 'token-1',
    from: '+14155550100',
  }
  return line(vendor, { ...settings, ...over }, given)
}

/** A signed body as the generic contract and jambonz have it. */
export function signedHook(
  body: unknown,
  over: { header: string; secret: string; at: Date; query?: string },
): HookRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const moment = Math.floor(over.at.getTime() / 1000)
  const signature = createHmac('sha256', over.secret).update(`${moment}.${text}`).digest('hex')
  return {
    method: 'POST',
    url: new URL(hookUrl + (over.query ?? '')),
    headers: new Headers({ 'content-type': 'application/json', [over.header]: `t=${moment},v1=${signature}` }),
    body: new TextEncoder().encode(text),
  }
}

/** A form as Twilio signs it (twilio.com/docs/usage/security#validating-requests). */
export function twilioHook(fields: Record<string, string>, query = '', authToken = 'token-1'): HookRequest {
  const url = hookUrl + query
  const signed = Object.keys(fields)
    .toSorted()
    .reduce((text, name) => text + name + fields[name], url)
  const signature = createHmac('sha1', authToken).update(signed).digest('base64')
  return {
    method: 'POST',
    url: new URL(url),
    headers: new Headers({
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signature,
    }),
    body: new TextEncoder().encode(new URLSearchParams(fields).toString()),
  }
}

/** An event of the generic contract. */
export function genericEvent(over: Record<string, unknown> = {}, call: Record<string, unknown> = {}) {
  return {
    id: 'evt-1',
    seq: 1,
    event: 'call.incoming',
    at: '2026-11-02T09:00:00Z',
    call: { id: 'call-1', direction: 'inbound', from: '+4915112345678', to: '+4930111111', ...call },
    ...over,
  }
}
