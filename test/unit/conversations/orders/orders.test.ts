import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { WorkEvent } from '../../../../src/conversations/event.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { openPigeonry, type Pigeonry } from '../../../pigeons.ts'

let fresh: FreshDatabase
let pigeons: Pigeonry

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  pigeons = await openPigeonry(fresh.db)
})
afterEach(() => pigeons.stop())
afterAll(() => fresh.drop())

const work = (number: number, thread = 'desk'): WorkEvent => ({
  kind: 'work',
  externalId: `w:${number}`,
  thread: { id: thread, kind: 'group' },
  at: '2026-11-02T09:00:00.000Z',
  data: { number },
})
const done = () => pigeons.loft.work.map(({ data }) => (data as { number: number }).number)
const orders = () => fresh.db.query('select status, error, attempts from channel_orders order by id')
const signIn = (body: unknown) => pigeons.call('POST', `/channels/${pigeons.channelId}/sign-in`, body)

describe('work that an adapter makes for itself', () => {
  it('is handed back to it once, in order, and opens no conversation', async () => {
    await pigeons.bring(work(1), work(2), work(3))
    await pigeons.bring(work(2))
    await expect.poll(done).toEqual([1, 2, 3])
    expect(await fresh.db.query('select 1 from conversations')).toEqual([])
  })

  it('is tried again when the adapter says that it may succeed later, and holds back only its own thread', async () => {
    pigeons.loft.faults.push(new AppError('unavailable', 'Fog.', { retryAfterMs: 60_000 }))
    await pigeons.bring(work(1))
    await expect.poll(orders).toEqual([{ status: 'pending', error: 'Fog.', attempts: 1 }])
    await pigeons.bring(work(2), work(3, 'another'))
    await expect.poll(done).toEqual([3])
    await pigeons.pass('1m')
    await expect.poll(done).toEqual([3, 1, 2])
  })

  it('is given up when it failed for good, and the next goes on', async () => {
    pigeons.loft.faults.push(new AppError('invalid', 'No such tower.'))
    await pigeons.bring(work(1), work(2))
    await expect.poll(done).toEqual([2])
    expect(await orders()).toMatchObject([{ status: 'failed', error: 'No such tower.' }, { status: 'done' }])
  })

  it('that was left by a process that stopped is done by the next one', async () => {
    pigeons.loft.faults.push(new AppError('unavailable', 'Fog.', { retryAfterMs: 60_000 }))
    await pigeons.bring(work(1))
    await expect.poll(orders).toMatchObject([{ attempts: 1 }])
    await pigeons.restart()
    await pigeons.pass('1m')
    await expect.poll(done).toEqual([1])
  })
})

describe('signing in to an account', () => {
  it('goes step by step through the API, and leaves no password behind', async () => {
    expect(await signIn({ do: 'start', by: 'phone', phone: '+491701234567' })).toMatchObject({
      status: 200,
      body: { waitsFor: 'code', hint: 'carved into the door' },
    })
    expect(await signIn({ do: 'code', code: '1234' })).toMatchObject({ body: { waitsFor: 'nothing' } })
    expect(pigeons.loft.steps).toEqual([
      { do: 'start', by: 'phone', phone: '+491701234567' },
      { do: 'code', code: '1234' },
    ])
    expect(await fresh.db.query('select distinct input from channel_orders')).toEqual([{ input: '' }])
  })

  it('says what is wrong with a code, and with a step that there is not', async () => {
    expect(await signIn({ do: 'code', code: '9' })).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/four digits/) },
    })
    expect(await signIn({ do: 'start', by: 'phone', phone: '0170' })).toMatchObject({ status: 400 })
  })

  it('can be done by hand on a page whose address ends after an hour', async () => {
    const { body } = await pigeons.call('GET', `/channels/${pigeons.channelId}/sign-in`)
    const page = `${pigeons.address}${new URL(body.page).pathname}`
    expect(await (await fetch(page)).text()).toContain('<title>Sign in</title>')
    const step = await fetch(`${page}/step`, { method: 'POST', body: '{"do":"start","by":"qr"}' })
    expect(await step.json()).toEqual({ waitsFor: 'code' })
    await pigeons.loft.context?.report({ state: 'signing_in', signIn: { waitsFor: 'qr', qr: 'coo-coo' } })
    expect(await (await fetch(`${page}/state`)).json()).toMatchObject({
      waitsFor: 'qr',
      picture: expect.stringMatching(/^<svg/),
    })
    await pigeons.pass('61m')
    expect((await fetch(`${page}/state`)).status).toBe(410)
    expect((await fetch(`${pigeons.address}/sign-in/guess`)).status).toBe(404)
  })
})

describe('how a channel fares', () => {
  it('is shown with the process that listens to it, and a turn to the worse is a change', async () => {
    await pigeons.loft.context?.report({ state: 'failing', error: 'The tower burns.' })
    await pigeons.loft.context?.report({ state: 'failing', error: 'The tower still burns.' })
    const { body } = await pigeons.call('GET', `/channels/${pigeons.channelId}`)
    expect(body).toMatchObject({
      error: 'The tower still burns.',
      condition: { state: 'failing', error: 'The tower still burns.' },
      holder: expect.any(String),
    })
    expect(
      await fresh.db.query(`select data ->> 'to' as state from changes where kind = 'channel.condition_changed'`),
    ).toEqual([{ state: 'failing' }])
  })

  it('a call connects it anew', async () => {
    const { opened } = pigeons.loft
    expect(await pigeons.call('POST', `/channels/${pigeons.channelId}/reconnect`)).toMatchObject({ status: 202 })
    await expect.poll(() => pigeons.loft.listening).toBe(1)
    // Not twice: what comes next may be using it already.
    await pigeons.pass('1s')
    expect(pigeons.loft.opened).toBe(opened + 1)
  })
})
