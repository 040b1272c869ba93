import { createHmac } from 'node:crypto'
import { whatsappCloud } from '../../../../../adapters/whatsapp/cloud/whatsapp-cloud.ts'
import type { ChannelAdapter, ChannelContext, HookRequest } from '../../../../../src/conversations/channel.ts'
import { VirtualClock } from '../../../../../src/platform/clock.ts'
import { channelContext, type TestContext } from '../../../../channel-context.ts'
import { type CloudApi, type CloudApiOptions, startCloudApi } from '../../../../doubles/cloud-api/cloud-api.ts'

export const phoneNumberId = '106540352242922'
export const businessAccountId = '102290129340398'
export const accessToken = 'EAAJBtesttokentesttoken'
export const appSecret = '0123456789abcdef0123456789abcdef'
export const verifyToken = 'a-word-of-our-own'
const hookUrl = 'https://chat.example.com/hooks/abc'

/** A WhatsApp number with a Cloud API double. */
export interface TestNumber {
  api: CloudApi
  adapter: ChannelAdapter
  context: TestContext<Record<string, unknown>>
  clock: VirtualClock
  stop(): Promise<void>
}

export async function startTestNumber(
  options: {
    settings?: Record<string, unknown>
    api?: Partial<CloudApiOptions>
    context?: Partial<ChannelContext<Record<string, unknown>>>
  } = {},
): Promise<TestNumber> {
  const api = await startCloudApi({ accessToken, appSecret, phoneNumberId, businessAccountId, ...options.api })
  const given = { phoneNumberId, businessAccountId, accessToken, appSecret, verifyToken, apiRoot: api.url }
  const settings = whatsappCloud.settings.parse({ ...given, ...options.settings })
  const clock = new VirtualClock()
  const context = channelContext<Record<string, unknown>>(settings, { clock, ...options.context })
  const adapter = whatsappCloud.create(context)
  return {
    api,
    adapter,
    context,
    clock,
    stop: async () => {
      await adapter.close()
      await api.close()
    },
  }
}

/** A post of the vendor's, signed with `secret`. */
export function hookRequest(payload: unknown, secret: string = appSecret): HookRequest {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const body = new TextEncoder().encode(text)
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  const headers = new Headers({ 'content-type': 'application/json', 'x-hub-signature-256': signature })
  return { method: 'POST', url: new URL(hookUrl), headers, body }
}

/** The question that the vendor asks an address. */
export function challenge(query: Record<string, string>): HookRequest {
  const url = new URL(hookUrl)
  url.search = new URLSearchParams(query).toString()
  return { method: 'GET', url, headers: new Headers(), body: new Uint8Array() }
}

/** What the vendor posts of one number. */
export function payloadOf(value: Record<string, unknown>, field = 'messages', number = phoneNumberId): unknown {
  const metadata = { display_phone_number: '15550783881', phone_number_id: number }
  const change = { value: { messaging_product: 'whatsapp', metadata, ...value }, field }
  return { object: 'whatsapp_business_account', entry: [{ id: businessAccountId, changes: [change] }] }
}

/** A text of a person. */
export function textPayload(id: string, text = 'Hello', from = '16505551234'): unknown {
  const userId = `US.${from}000`
  return payloadOf({
    contacts: [{ profile: { name: 'Sheena Nelson' }, wa_id: from, user_id: userId }],
    messages: [{ from, from_user_id: userId, id, timestamp: '1790000000', type: 'text', text: { body: text } }],
  })
}
