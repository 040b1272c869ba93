import type { ChannelEvent } from '../../../src/conversations/event.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { channelContext } from '../../channel-context.ts'
import { type ChannelHarness, channelContract, type SendingFault } from '../../contracts/channel.ts'
import { buildLoft, unreachable } from '../../doubles/pigeon/pigeon.ts'

channelContract({
  name: 'the pigeon post of the tests',
  make: makeHarness,
  kinds: ['direct', 'group'],
  cannot: { connections: 'pigeons need none.' },
})

const faults: Record<SendingFault, Error> = {
  rate_limit: new AppError('rate_limited', 'The pigeons are tired.', { retryAfterMs: 3000 }),
  unreachable,
  drop: new AppError('unavailable', 'A hawk came.'),
}

async function makeHarness(): Promise<ChannelHarness> {
  const loft = buildLoft()
  const adapter = loft.definition.create(channelContext({ secret: 'grain', can: {} }))
  const url = new URL('https://parley.example/hooks/hk')
  const bring = async (...events: ChannelEvent[]) => (await adapter.receive({ ...loft.request(...events), url })).events
  return {
    adapter,
    bring: async (what, number) => {
      const base = { externalId: `letter:${number}`, at: '2026-11-02T09:00:00.000Z' }
      const thread = { id: 'anna', kind: 'direct' as const }
      if (what === 'own') return []
      if (what === 'unknown') {
        return bring({
          ...base,
          kind: 'unknown',
          thread: { id: 'unknown', kind: 'direct' },
          what: 'a feather',
          raw: {},
        })
      }
      const message = { externalId: `m${number}`, text: `Coo ${number}`, addressesBot: true }
      return bring({
        ...base,
        kind: 'message',
        thread,
        sender: { identities: [{ kind: 'ring', value: 'anna' }] },
        message,
      })
    },
    forge: () => adapter.receive({ ...loft.request(), headers: new Headers(), url }),
    fail: (fault) => loft.faults.push(faults[fault]),
    thread: (kind) => ({ thread: 'anna', kind }),
    file: () => ({ url: 'https://example.com/file' }),
    arrived: () => loft.sent.filter(({ outbound }) => outbound.action === 'message').length,
    refused: () => [],
    connections: async () => 0,
    stop: async () => {},
  }
}
