import type { Inbound, SendingFault } from '../../../contracts/channel.ts'
import { channelContract } from '../../../contracts/channel.ts'
import type { Fault } from '../../../doubles/bot-api/faults.ts'
import { hookRequest, startTestBot, textUpdate, token } from './bot.ts'

const updates: Record<Inbound, (number: number) => unknown> = {
  message: (number) => textUpdate(number),
  own: (number) => textUpdate(number, 'Ours', { id: Number(token.split(':')[0]), is_bot: true }),
  unknown: (number) => ({ update_id: number, something_new: { id: 1 } }),
}
const faults: Record<SendingFault, Fault> = {
  rate_limit: { kind: 'rate_limited', retryAfter: 3 },
  unreachable: { kind: 'blocked' },
  drop: { kind: 'drop', when: 'before' },
}

channelContract({
  name: 'telegram',
  kinds: ['direct', 'group'],
  make: async () => {
    const { api, adapter } = await startTestBot()
    return {
      adapter,
      bring: async (what, number) => (await adapter.receive(hookRequest(updates[what](number)))).events,
      forge: () => adapter.receive(hookRequest(textUpdate(1), 'wrong')),
      fail: (fault) => api.inject(faults[fault], { method: 'sendMessage' }),
      thread: (kind) => ({ thread: kind === 'direct' ? '42' : '-100500', kind }),
      file: () => ({ url: 'https://example.com/file' }),
      arrived: () => api.sent(42).length + api.sent(-100500).length,
      refused: () => api.refused,
      connections: api.connections,
      stop: api.close,
    }
  },
})
