import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'
import { recordedChanges } from '../../../project.ts'

let fresh: FreshDatabase
let gateway: TestGateway
let channelId: number

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
  channelId = (await gateway.call('POST', '/channels', { kind: 'webchat', name: 'site' })).body.id
})
afterAll(() => fresh.drop())

const operator = async (name: string, more = {}) =>
  (await gateway.call('POST', '/operators', { name, role: 'manager', ...more })).body.id as number

async function conversation(unread = 0): Promise<{ contactId: number; conversationId: number }> {
  const contactId = (await gateway.call('POST', '/contacts', { firstName: 'Client' })).body.id as number
  const [row] = await fresh.db.query<{ id: number }>(
    `insert into conversations (project_id, channel_id, kind, contact_id, mode, unread, created_at)
     values ($1, $2, 'direct', $3, 'bot', $4, now()) returning id`,
    [gateway.projectId, channelId, contactId, unread],
  )
  await fresh.db.query(
    `insert into threads (project_id, channel_id, external_id, conversation_id) values ($1, $2, $3, $4)`,
    [gateway.projectId, channelId, `v-${row!.id}`, row!.id],
  )
  return { contactId, conversationId: row!.id }
}

async function deal(contactId: number): Promise<number> {
  const spot = await gateway.call('POST', '/spots', { name: `Spot of ${contactId}` })
  await gateway.call('POST', '/pipelines', { spotId: spot.body.id, name: 'Sales' })
  return (await gateway.call('POST', '/deals', { contactId, name: 'Car', spot: `Spot of ${contactId}` })).body.id
}

describe('rules of distribution over the API', () => {
  it('are made with defaults, changed, listed and taken away', async () => {
    const made = await gateway.call('POST', '/distribution-rules', { name: 'Sales', method: 'share' })
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: 'Sales',
        isDefault: false,
        pipelineId: null,
        channelId: null,
        method: 'share',
        sticky: false,
        operatorIds: null,
        withContact: true,
        withDeal: true,
      },
    })
    const path = `/distribution-rules/${made.body.id}`
    const changed = await gateway.call('PATCH', path, { channelId, sticky: true })
    expect(changed.body).toMatchObject({ name: 'Sales', channelId, sticky: true })
    expect((await gateway.call('GET', path)).body).toEqual(changed.body)
    expect((await gateway.call('GET', '/distribution-rules')).body.items).toEqual([changed.body])
    expect((await gateway.call('DELETE', path)).status).toBe(204)
    expect((await gateway.call('GET', path)).status).toBe(404)
    const kinds = (await recordedChanges(fresh.db)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind.startsWith('distribution_rule'))).toEqual([
      'distribution_rule.created',
      'distribution_rule.updated',
      'distribution_rule.deleted',
    ])
  })

  it.each([
    [{ method: 'random' }, 'method'],
    [{ name: '' }, 'name'],
    [{ operatorIds: [] }, 'operatorIds'],
    [{ operatorIds: [999] }, 'operatorIds[0]'],
    [{ pipelineId: 999 }, 'pipelineId'],
    [{ channelId: 999 }, 'channelId'],
    [{ sticki: true }, 'sticki'],
  ])('are refused with %j', async (input, path) => {
    const rule = { name: 'Sales', method: 'round_robin', ...input }
    const { status, body } = await gateway.call('POST', '/distribution-rules', rule)
    expect(status).toBe(400)
    expect(body.errors[0].path).toBe(path)
  })

  it('are refused with the operator of an API key, and with one of another project', async () => {
    const key = await gateway.call('POST', '/api-keys', { name: 'site', access: 'read' })
    const other = await testGateway(fresh.db)
    const theirs = await other.call('POST', '/operators', { name: 'Oleg', role: 'manager' })
    const rule = { name: 'Sales', method: 'round_robin', operatorIds: [key.body.operatorId, theirs.body.id] }
    const { body } = await gateway.call('POST', '/distribution-rules', rule)
    expect(body.errors.map((error: { message: string }) => error.message)).toEqual([
      `the operator ${key.body.operatorId} stands behind an API key; expected a person`,
      `there is no operator ${theirs.body.id} in this project`,
    ])
  })

  it('share neither name nor channel, and the newest default is the only one', async () => {
    const first = await gateway.call('POST', '/distribution-rules', {
      name: 'Sales',
      method: 'round_robin',
      channelId,
      isDefault: true,
    })
    const twin = await gateway.call('POST', '/distribution-rules', { name: 'Sales', method: 'share' })
    expect(twin).toMatchObject({ status: 409, body: { errors: [{ path: 'name' }] } })
    const rival = await gateway.call('POST', '/distribution-rules', { name: 'Site', method: 'share', channelId })
    expect(rival).toMatchObject({ status: 409, body: { errors: [{ path: 'channelId' }] } })
    const next = await gateway.call('POST', '/distribution-rules', { name: 'New', method: 'share', isDefault: true })
    expect(next.body.isDefault).toBe(true)
    expect((await gateway.call('GET', `/distribution-rules/${first.body.id}`)).body.isDefault).toBe(false)
    const path = `/distribution-rules/${first.body.id}`
    expect((await gateway.call('PATCH', path, { name: 'New' })).status).toBe(409)
    expect((await gateway.call('PATCH', path, { name: 'Sales', isDefault: true })).body.isDefault).toBe(true)
  })

  it('are for administrators to change, and cannot be seen from another project', async () => {
    const made = await gateway.call('POST', '/distribution-rules', { name: 'Sales', method: 'share' })
    const key = await gateway.makeKey('write')
    const rule = { name: 'Mine', method: 'share' }
    expect((await gateway.call('POST', '/distribution-rules', rule, key)).status).toBe(403)
    const other = await testGateway(fresh.db)
    expect((await other.call('GET', `/distribution-rules/${made.body.id}`)).status).toBe(404)
    expect((await other.call('PATCH', `/distribution-rules/${made.body.id}`, { sticky: true })).status).toBe(404)
  })
})

describe('giving out over the API', () => {
  it('answers who was given the conversation, or null', async () => {
    const { conversationId } = await conversation()
    const path = `/conversations/${conversationId}/distribute`
    expect((await gateway.call('POST', path, {})).body).toEqual({ operatorId: null })
    const anna = await operator('Anna')
    expect((await gateway.call('POST', path, {})).body).toEqual({ operatorId: anna })
    expect((await gateway.call('GET', `/conversations/${conversationId}`)).body.assigneeId).toBe(anna)
    expect((await gateway.call('POST', path, { rule: 'Night' })).status).toBe(404)
    expect((await gateway.call('POST', '/conversations/999/distribute', {})).status).toBe(404)
  })

  it('gives deals out too', async () => {
    const anna = await operator('Anna')
    const id = await deal((await conversation()).contactId)
    expect((await gateway.call('POST', `/deals/${id}/distribute`, {})).body).toEqual({ operatorId: anna })
    expect((await gateway.call('GET', `/deals/${id}`)).body.responsibleId).toBe(anna)
    expect((await gateway.call('POST', '/deals/999/distribute', {})).status).toBe(404)
  })

  it('assigns contact and current deal with the conversation when asked, and only then', async () => {
    const [anna, boris] = [await operator('Anna'), await operator('Boris')]
    const { conversationId, contactId } = await conversation()
    const dealId = await deal(contactId)
    const path = `/conversations/${conversationId}/assignee`
    const responsible = async () => [
      (await gateway.call('GET', `/contacts/${contactId}`)).body.responsibleId,
      (await gateway.call('GET', `/deals/${dealId}`)).body.responsibleId,
    ]
    expect((await gateway.call('PUT', path, { operatorId: anna })).body.assigneeId).toBe(anna)
    expect(await responsible()).toEqual([null, null])
    await gateway.call('PUT', path, { operatorId: boris, withContact: true, withDeal: true })
    expect(await responsible()).toEqual([boris, boris])
    await gateway.call('PUT', path, { operatorId: null, withContact: true })
    expect(await responsible()).toEqual([null, boris])
    const changes = (await recordedChanges(fresh.db)).filter(({ kind }) => /assigned|released|responsible/.test(kind))
    expect(changes).toEqual([
      { kind: 'conversation.assigned', data: { from: null, to: anna } },
      { kind: 'conversation.assigned', data: { from: anna, to: boris } },
      { kind: 'deal.assigned', data: { from: null, to: boris } },
      { kind: 'contact.responsible_changed', data: { from: null, to: boris } },
      { kind: 'conversation.released', data: { from: boris } },
      { kind: 'contact.responsible_changed', data: { from: boris, to: null } },
    ])
  })

  it('takes everything from an operator who is taken out of the team, and records it', async () => {
    const anna = await operator('Anna')
    const { conversationId, contactId } = await conversation()
    const dealId = await deal(contactId)
    await gateway.call('POST', `/conversations/${conversationId}/distribute`, {})
    expect((await gateway.call('DELETE', `/operators/${anna}`)).status).toBe(204)
    expect((await gateway.call('GET', `/conversations/${conversationId}`)).body.assigneeId).toBeNull()
    expect((await gateway.call('GET', `/contacts/${contactId}`)).body.responsibleId).toBeNull()
    expect((await gateway.call('GET', `/deals/${dealId}`)).body.responsibleId).toBeNull()
    expect((await recordedChanges(fresh.db)).slice(-4)).toEqual([
      { kind: 'conversation.released', data: { from: anna } },
      { kind: 'deal.assigned', data: { from: anna, to: null } },
      { kind: 'contact.responsible_changed', data: { from: anna, to: null } },
      { kind: 'operator.deleted', data: { operatorId: anna, name: 'Anna' } },
    ])
  })
})

describe('what is unread', () => {
  it('is counted by operator, for nobody, and of all, of this project only', async () => {
    const [anna, boris] = [await operator('Anna'), await operator('Boris')]
    for (const [unread, operatorId] of [
      [3, anna],
      [0, anna],
      [2, anna],
      [0, boris],
      [4, null],
      [0, null],
    ] as const) {
      const { conversationId } = await conversation(unread)
      await gateway.call('PUT', `/conversations/${conversationId}/assignee`, { operatorId })
    }
    expect((await gateway.call('GET', '/inbox/counters')).body).toEqual({
      total: { conversations: 3, unread: 9 },
      unassigned: { conversations: 1, unread: 4 },
      operators: [
        { operatorId: anna, conversations: 2, unread: 5 },
        { operatorId: boris, conversations: 0, unread: 0 },
      ],
    })
    const other = await testGateway(fresh.db)
    const none = { conversations: 0, unread: 0 }
    expect((await other.call('GET', '/inbox/counters')).body).toEqual({ total: none, unassigned: none, operators: [] })
    const free = await gateway.call('GET', '/conversations?assigned=false')
    expect(free.body.items.map((item: { unread: number }) => item.unread)).toEqual([0, 4])
    expect((await gateway.call('GET', '/conversations?assigned=true')).body.items).toHaveLength(4)
  })

  it('grows by one, or is set to a number, and is cleared', async () => {
    const { conversationId } = await conversation(2)
    const path = `/conversations/${conversationId}/unread`
    expect((await gateway.call('POST', path, {})).body.unread).toBe(3)
    expect((await gateway.call('POST', path, { count: 1 })).body.unread).toBe(4)
    expect((await gateway.call('POST', path, { count: 7 })).body.unread).toBe(7)
    expect((await gateway.call('POST', path, { count: 7 })).body.unread).toBe(7)
    expect((await gateway.call('POST', `/conversations/${conversationId}/read`)).body.unread).toBe(0)
    for (const count of [0, -1, 1.5, '2'])
      expect((await gateway.call('POST', path, { count })).body.errors[0].path).toBe('count')
    const changes = (await recordedChanges(fresh.db)).filter(({ kind }) => kind.startsWith('conversation.'))
    expect(changes).toEqual([
      { kind: 'conversation.marked_unread', data: { from: 2, to: 3 } },
      { kind: 'conversation.marked_unread', data: { from: 3, to: 4 } },
      { kind: 'conversation.marked_unread', data: { from: 4, to: 7 } },
      { kind: 'conversation.read', data: { unread: 7 } },
    ])
  })
})
