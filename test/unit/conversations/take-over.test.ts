import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OwnMessageEvent, StatusEvent } from '../../../src/conversations/event.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { coo, openPigeonry, type Pigeonry } from '../../pigeons.ts'
import { flow, says } from '../flows/engine/stage.ts'

let fresh: FreshDatabase
let pigeons: Pigeonry

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  pigeons = await openPigeonry(fresh.db, {
    flows: [flow('Echo', [{ type: 'any_message', to: 'echo' }], { echo: says('You said {{ message.text }}') })],
  })
})
afterEach(() => pigeons.stop())
afterAll(() => fresh.drop())

const own = (number: number, text: string, ring = 'anna'): OwnMessageEvent => ({
  kind: 'own_message',
  externalId: `own:${number}`,
  thread: { id: ring, kind: 'direct' },
  at: '2026-11-02T09:01:00.000Z',
  to: { identities: [{ kind: 'ring', value: ring }], firstName: ring },
  message: { externalId: `o:${number}`, text },
})
const heard = () => pigeons.loft.sent.map(({ outbound }) => ('text' in outbound ? outbound.text : outbound.action))
const conversation = async () =>
  (await fresh.db.query<{ mode: string; unread: number }>('select mode, unread from conversations order by id'))[0]

describe("what somebody writes in the vendor's own app", () => {
  it('is kept as ours and takes the conversation over from the bot', async () => {
    await pigeons.bring(coo(1, 'hi'))
    await expect.poll(heard).toEqual(['You said hi'])
    await pigeons.bring(own(1, 'Olga here'))
    await pigeons.bring(coo(2, 'hello Olga'))
    expect(await conversation()).toMatchObject({ mode: 'manual' })
    expect(await fresh.db.query('select direction, text, status from messages order by id')).toMatchObject([
      { direction: 'inbound', text: 'hi' },
      { direction: 'outbound', text: 'You said hi' },
      { direction: 'outbound', text: 'Olga here', status: 'sent' },
      { direction: 'inbound', text: 'hello Olga' },
    ])
    await pigeons.pass('90d')
    expect(heard()).toEqual(['You said hi'])
  })

  it('opens the conversation when nobody has written in it yet', async () => {
    await pigeons.bring(own(1, 'Are you still looking for a car?', 'boris'))
    const { body } = await pigeons.call('GET', '/contacts')
    expect(body.items).toMatchObject([{ firstName: 'boris' }])
    expect(await conversation()).toEqual({ mode: 'manual', unread: 0 })
  })

  it('is not taken for new when it is a message of ours that comes back', async () => {
    await pigeons.bring(coo(1, 'hi'))
    await expect.poll(heard).toHaveLength(1)
    await expect
      .poll(() => fresh.db.query(`select external_id from messages where direction = 'outbound'`))
      .toEqual([{ external_id: 'sent:1' }])
    const echo = own(1, 'You said hi')
    await pigeons.bring({ ...echo, message: { ...echo.message, externalId: 'sent:1' } })
    expect(await conversation()).toMatchObject({ mode: 'bot' })
    expect(await fresh.db.query('select count(*)::int as count from messages')).toEqual([{ count: 2 }])
  })

  it('lets the bot return after the time that the channel names, counted from the last word', async () => {
    const { body } = await pigeons.call('PATCH', `/channels/${pigeons.channelId}`, { botReturnsAfter: 3600 })
    expect(body).toMatchObject({ botReturnsAfter: 3600 })
    await pigeons.bring(own(1, 'One moment'))
    await pigeons.pass('40m')
    await pigeons.bring(own(2, 'Here I am'))
    await pigeons.pass('40m')
    expect(await conversation()).toMatchObject({ mode: 'manual' })
    await pigeons.pass('21m')
    expect(await conversation()).toMatchObject({ mode: 'bot' })
    await pigeons.bring(coo(1, 'thanks'))
    await expect.poll(heard).toEqual(['You said thanks'])
  })

  it('does not end what an operator decided by hand', async () => {
    await pigeons.call('PATCH', `/channels/${pigeons.channelId}`, { botReturnsAfter: 3600 })
    await pigeons.bring(own(1, 'One moment'))
    const { body } = await pigeons.call('GET', '/conversations')
    const path = `/conversations/${body.items[0].id}/mode`
    expect(await pigeons.call('PUT', path, { mode: 'manual' })).toMatchObject({ status: 200 })
    await pigeons.pass('2h')
    expect(await conversation()).toMatchObject({ mode: 'manual' })
  })
})

describe('a status that is quicker than our own note of the sending', () => {
  it('is kept and noted as soon as the message is known', async () => {
    await pigeons.bring(coo(1, 'hi'))
    await expect.poll(heard).toHaveLength(1)
    const read: StatusEvent = {
      kind: 'status',
      externalId: 'status:1',
      thread: { id: 'anna', kind: 'direct' },
      at: '2026-11-02T09:02:00.000Z',
      messageExternalId: 'late',
      status: 'read',
    }
    await pigeons.bring(read)
    await fresh.db.query(`update messages set external_id = 'late' where direction = 'outbound'`)
    await pigeons.pass('1s')
    expect(await fresh.db.query(`select status from messages where direction = 'outbound'`)).toEqual([
      { status: 'read' },
    ])
    expect(await fresh.db.query('select 1 from early_statuses')).toEqual([])
  })

  it('that came with others counts in the order in which such things happen', async () => {
    await pigeons.bring(coo(1, 'hi'))
    await expect.poll(heard).toHaveLength(1)
    const told = (status: StatusEvent['status']): StatusEvent => ({
      kind: 'status',
      externalId: `status:${status}`,
      thread: { id: 'anna', kind: 'direct' },
      at: '2026-11-02T09:02:00.000Z',
      messageExternalId: 'late',
      status,
    })
    await pigeons.bring(told('failed'), told('sent'))
    await fresh.db.query(`update messages set external_id = 'late' where direction = 'outbound'`)
    await pigeons.pass('1s')
    expect(await fresh.db.query(`select status from messages where direction = 'outbound'`)).toEqual([
      { status: 'failed' },
    ])
  })
})
