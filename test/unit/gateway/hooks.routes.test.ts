import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ChannelAdapter, HookRequest } from '../../../src/conversations/channel.ts'
import type { ChannelEvent } from '../../../src/conversations/event.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'

const event: ChannelEvent = {
  kind: 'unknown',
  externalId: '1',
  thread: { id: '1', kind: 'direct' },
  at: '2026-11-02T09:00:00Z',
  what: 'test',
  raw: {},
}

let fresh: FreshDatabase
let gateway: TestGateway
let requests: HookRequest[]

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
  requests = []
  const adapter: Pick<ChannelAdapter, 'receive'> = {
    receive: async (request) => {
      requests.push(request)
      if (request.headers.get('x-secret') !== 'right') throw new AppError('unauthenticated', 'The signature is wrong.')
      const events = request.method === 'GET' ? [] : [event]
      return { response: { status: 202, headers: { 'x-vendor': 'yes' }, body: 'thanks' }, events }
    },
  }
  gateway.open.set('hk_1', { id: 7, projectId: gateway.projectId, adapter: adapter as ChannelAdapter })
})
afterAll(() => fresh.drop())

const headers = { 'x-secret': 'right' }

describe('a hook', () => {
  it('hands the request to the adapter as it came and the events to the road, then answers as the adapter says', async () => {
    const body = new Uint8Array([0, 255, 10])
    const response = await gateway.app.request('/hooks/hk_1?a=1', { method: 'POST', headers, body })
    expect([response.status, await response.text(), response.headers.get('x-vendor')]).toEqual([202, 'thanks', 'yes'])
    expect(requests[0]).toMatchObject({ method: 'POST', body })
    expect(requests[0]!.url.href).toBe('https://bot.example.com/hooks/hk_1?a=1')
    expect(gateway.handed.received).toEqual([{ channelId: 7, events: [event] }])
  })

  it('takes any method and hands on nothing when there are no events', async () => {
    expect((await gateway.app.request('/hooks/hk_1', { headers })).status).toBe(202)
    expect(gateway.handed.received).toEqual([])
  })

  it('is refused when the adapter refuses it, and nothing is stored', async () => {
    const response = await gateway.app.request('/hooks/hk_1', { method: 'POST' })
    expect(response.status).toBe(401)
    expect(gateway.handed.received).toEqual([])
  })

  it('of no channel is not found', async () => {
    expect((await gateway.app.request('/hooks/hk_2', { method: 'POST', headers })).status).toBe(404)
  })

  it('with more than four megabytes is refused, its size announced or not', async () => {
    const large = new Uint8Array(4 * 1_048_576 + 1)
    expect((await gateway.app.request('/hooks/hk_1', { method: 'POST', headers, body: large })).status).toBe(413)
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 9; i++) controller.enqueue(new Uint8Array(500_000))
        controller.close()
      },
    })
    const init = { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit
    expect((await gateway.app.request('/hooks/hk_1', init)).status).toBe(413)
    expect(requests).toEqual([])
  })
})
