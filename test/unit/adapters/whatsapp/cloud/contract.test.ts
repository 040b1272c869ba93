import { channelContract, type Inbound, type SendingFault } from '../../../../contracts/channel.ts'
import type { Fault } from '../../../../doubles/cloud-api/cloud-api.ts'
import { hookRequest, payloadOf, startTestNumber, textPayload } from './number.ts'

const payloads: Record<Inbound, (number: number) => unknown> = {
  message: (number) => textPayload(`wamid.${number}`),
  // What we send comes back as statuses alone.
  own: (number) =>
    payloadOf({
      statuses: [{ id: `wamid.${number}`, status: 'sent', timestamp: '1790000000', recipient_id: '16505551234' }],
    }),
  unknown: (number) => payloadOf({ something_new: [{ id: number }] }, 'something_new'),
}
const faults: Record<SendingFault, Fault> = {
  rate_limit: { kind: 'refuse', status: 400, code: 130429, title: 'Rate limit hit', headers: { 'retry-after': '3' } },
  unreachable: { kind: 'refuse', status: 400, code: 131026, title: 'Message undeliverable' },
  drop: { kind: 'drop' },
}

channelContract({
  name: 'whatsapp-cloud',
  kinds: ['direct'],
  make: async () => {
    const { api, adapter } = await startTestNumber()
    return {
      adapter,
      bring: async (what, number) => (await adapter.receive(hookRequest(payloads[what](number)))).events,
      forge: () => adapter.receive(hookRequest(textPayload('wamid.1'), 'another secret')),
      fail: (fault) => api.inject(faults[fault]),
      thread: (kind) => ({ thread: '16505551234', kind }),
      file: () => ({ url: 'https://example.com/file' }),
      arrived: () => api.messages.length,
      refused: () => api.refused,
      connections: api.connections,
      stop: api.close,
    }
  },
})
