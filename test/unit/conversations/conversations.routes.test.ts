import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ChannelAdapter } from '../../../src/conversations/channel.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway
let contactId: number
let conversationId: number

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
  contactId = (await gateway.call('POST', '/contacts', { firstName: 'Anna' })).body.id
  const channel = await gateway.call('POST', '/channels', { kind: 'webchat', name: 'site' })
  conversationId = await insertConversation(channel.body.id)
})
afterAll(() => fresh.drop())

async function insertConversation(channelId: number): Promise<number> {
  const [row] = await fresh.db.query<{ id: number }>(
    `insert into conversations (project_id, channel_id, kind, contact_id, mode, unread, created_at)
     values ($1, $2, 'direct', $3, 'bot', 2, now()) returning id`,
    [gateway.projectId, channelId, contactId],
  )
  await fresh.db.query(
    `insert into threads (project_id, channel_id, external_id, conversation_id) values ($1, $2, 'v-1', $3)`,
    [gateway.projectId, channelId, row!.id],
  )
  return row!.id
}

async function insertMessage(id: number, parts: unknown = null): Promise<void> {
  await fresh.db.query(
    `insert into messages (id, project_id, conversation_id, direction, contact_id, text, parts, addresses_bot, status, at)
     values ($1, $2, $3, 'inbound', $4, $5, $6::text::jsonb, true, 'received', now())`,
    [id, gateway.projectId, conversationId, contactId, `message ${id}`, parts === null ? null : JSON.stringify(parts)],
  )
}

describe('conversations over the API', () => {
  it('are listed, narrowed and read with their members', async () => {
    expect((await gateway.call('GET', '/conversations?unread=true')).body.items).toMatchObject([
      { id: conversationId, unread: 2 },
    ])
    expect((await gateway.call('GET', '/conversations?mode=manual')).body.items).toEqual([])
    expect((await gateway.call('GET', `/conversations/${conversationId}`)).body).toMatchObject({
      contactId,
      members: [],
    })
    const other = await testGateway(fresh.db)
    expect((await other.call('GET', `/conversations/${conversationId}`)).status).toBe(404)
    expect((await other.call('GET', `/conversations/${conversationId}/messages`)).status).toBe(404)
    expect((await other.call('POST', `/conversations/${conversationId}/messages`, { text: 'x' })).status).toBe(404)
  })

  it('show their messages page by page, the newest first', async () => {
    for (const id of [1, 2, 3]) await insertMessage(id)
    const first = await gateway.call('GET', `/conversations/${conversationId}/messages?limit=2`)
    expect(first.body.items.map((message: { id: number }) => message.id)).toEqual([3, 2])
    const second = await gateway.call(
      'GET',
      `/conversations/${conversationId}/messages?cursor=${first.body.nextCursor}`,
    )
    expect(second.body.items.map((message: { text: string }) => message.text)).toEqual(['message 1'])
  })

  it('take what an operator says and wake the deliveries', async () => {
    const sent = await gateway.call('POST', `/conversations/${conversationId}/messages`, { text: 'Good day' })
    expect(sent).toMatchObject({ status: 201, body: { direction: 'outbound', text: 'Good day', status: 'pending' } })
    expect(gateway.handed.deliveries).toBe(1)
    const deliveries = await fresh.db.query('select subject_id from deliveries')
    expect(deliveries).toEqual([{ subject_id: sent.body.id }])
  })

  it('refuse an empty message and an unknown field', async () => {
    const path = `/conversations/${conversationId}/messages`
    expect((await gateway.call('POST', path, { text: '' })).body.detail).toContain('empty')
    expect((await gateway.call('POST', path, { txt: 'x' })).body.errors[0].path).toBe('txt')
    expect(gateway.handed.deliveries).toBe(0)
  })

  it('are marked as read', async () => {
    expect((await gateway.call('POST', `/conversations/${conversationId}/read`)).body.unread).toBe(0)
  })

  it('are handed to people, and back to the flow, whose thread is then woken', async () => {
    const path = `/conversations/${conversationId}/mode`
    expect((await gateway.call('PUT', path, { mode: 'manual' })).body.mode).toBe('manual')
    expect(gateway.handed.woken).toEqual([])
    expect((await gateway.call('PUT', path, { mode: 'bot' })).body.mode).toBe('bot')
    expect(gateway.handed.woken).toHaveLength(1)
    const [signal] = await fresh.db.query<{ payload: object }>('select payload from events')
    expect(signal!.payload).toMatchObject({ signal: 'resume' })
  })

  it('are given to operators of the project', async () => {
    const operator = await gateway.call('POST', '/operators', { name: 'Oleg', role: 'manager' })
    const path = `/conversations/${conversationId}/assignee`
    expect((await gateway.call('PUT', path, { operatorId: operator.body.id })).body.assigneeId).toBe(operator.body.id)
    expect((await gateway.call('PUT', path, { operatorId: 999 })).status).toBe(404)
    expect((await gateway.call('PUT', path, { operatorId: null })).body.assigneeId).toBeNull()
  })
})

describe('messages that could not be sent', () => {
  it('show their attempts and are sent again', async () => {
    const { body } = await gateway.call('POST', `/conversations/${conversationId}/messages`, { text: 'Good day' })
    const early = await gateway.call('POST', `/messages/${body.id}/resend`)
    expect(early).toMatchObject({ status: 409, body: { detail: expect.stringContaining('is pending') } })

    await fresh.db.query(`update deliveries set status = 'dead', finished_at = now()`)
    await fresh.db.query(`update messages set status = 'failed', error = 'The bot was blocked'`)
    await fresh.db.query(
      `insert into delivery_attempts (delivery_id, number, started_at, duration_ms, outcome, error)
       values ($1, 1, now(), 12, 'dead', 'The bot was blocked')`,
      [body.id],
    )
    const attempts = await gateway.call('GET', `/messages/${body.id}/attempts`)
    expect(attempts.body.items).toMatchObject([{ number: 1, outcome: 'dead', error: 'The bot was blocked' }])

    gateway.handed.deliveries = 0
    const again = await gateway.call('POST', `/messages/${body.id}/resend`)
    expect(again).toMatchObject({ status: 202, body: { status: 'pending', error: null } })
    expect(gateway.handed.deliveries).toBe(1)
    expect(await fresh.db.query('select status, finished_at from deliveries')).toEqual([
      { status: 'pending', finished_at: null },
    ])
    const other = await testGateway(fresh.db)
    expect((await other.call('GET', `/messages/${body.id}/attempts`)).status).toBe(404)
  })
})

describe('files of messages', () => {
  const media = (file: object) => [{ type: 'media', media: 'document', file, name: 'отчёт.html', mime: 'text/html' }]
  const read = (path: string) =>
    gateway.app.request(`/api/v1/messages/${path}`, { headers: { authorization: `Bearer ${gateway.key}` } })

  it('are passed through from the channel, and never run in a browser', async () => {
    await insertMessage(1, media({ ref: 'f-1' }))
    const [{ channel_id }] = (await fresh.db.query<{ channel_id: number }>('select channel_id from conversations')) as [
      { channel_id: number },
    ]
    const fetchFile: ChannelAdapter['fetchFile'] = async (ref) => ({
      body: new Blob([`file ${ref}`]).stream(),
      size: 8,
    })
    gateway.open.set('x', { id: channel_id, projectId: gateway.projectId, adapter: { fetchFile } as ChannelAdapter })
    const response = await read('1/parts/0/file')
    expect(await response.text()).toBe('file f-1')
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename*=UTF-8''${encodeURIComponent('отчёт.html')}`,
    )
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
  })

  it('that lie elsewhere are led to', async () => {
    await insertMessage(1, media({ url: 'https://example.com/a.html' }))
    const response = await read('1/parts/0/file')
    expect([response.status, response.headers.get('location')]).toEqual([302, 'https://example.com/a.html'])
  })

  it('are not found where there is none', async () => {
    await insertMessage(1)
    expect((await read('1/parts/0/file')).status).toBe(404)
    expect((await read('2/parts/0/file')).status).toBe(404)
  })
})

describe('events that were set aside', () => {
  it('are listed with their error and replayed', async () => {
    await fresh.db.query(
      `insert into events (project_id, channel_id, thread_id, external_id, kind, payload, status, error, received_at)
       select $1, channel_id, id, 'e-1', 'message', '{"kind":"message"}', 'parked', 'Boom', now() from threads`,
      [gateway.projectId],
    )
    const { body } = await gateway.call('GET', '/parked-events')
    expect(body.items).toMatchObject([{ externalId: 'e-1', error: 'Boom', payload: { kind: 'message' } }])
    expect((await gateway.call('POST', `/parked-events/${body.items[0].id}/replay`)).status).toBe(202)
    expect(gateway.handed.woken).toHaveLength(1)
    expect((await gateway.call('GET', '/parked-events')).body.items).toEqual([])
    expect((await gateway.call('POST', `/parked-events/${body.items[0].id}/replay`)).status).toBe(404)
  })
})
