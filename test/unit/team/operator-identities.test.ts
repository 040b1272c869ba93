import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { redeemLinkCode } from '../../../src/team/identities/redeem-link-code.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'
import { recordedChanges } from '../../project.ts'

let fresh: FreshDatabase
let gateway: TestGateway
let anna: string
let boris: string

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
  anna = await person('Anna')
  boris = await person('Boris')
})
afterAll(() => fresh.drop())

async function person(name: string): Promise<string> {
  const { body } = await gateway.call('POST', '/operators', { name, role: 'manager' })
  return `/operators/${body.id}`
}
const accounts = async (operator: string) =>
  (await gateway.call('GET', `${operator}/identities`)).body.items.map(({ kind, value }: Record<string, string>) => [
    kind,
    value,
  ])
const redeem = (code: string, value = '42') =>
  fresh.db.transaction((tx) =>
    redeemLinkCode(
      tx,
      { projectId: gateway.projectId, now: gateway.clock.now() },
      { code, account: { kind: 'telegram', value } },
    ),
  )

describe('accounts of an operator', () => {
  it('are linked, listed and taken away', async () => {
    const linked = await gateway.call('POST', `${anna}/identities`, { kind: 'telegram', value: '42' })
    expect(linked).toMatchObject({ status: 201, body: { kind: 'telegram', value: '42' } })
    await gateway.call('POST', `${anna}/identities`, { kind: 'phone', value: '8 (916) 123-45-67' })
    expect(await accounts(anna)).toEqual([
      ['telegram', '42'],
      ['phone', '+79161234567'],
    ])
    expect((await gateway.call('DELETE', `${anna}/identities/telegram/42`)).status).toBe(204)
    expect((await gateway.call('DELETE', `${anna}/identities/telegram/42`)).status).toBe(404)
    expect(await accounts(anna)).toEqual([['phone', '+79161234567']])
    expect((await recordedChanges(fresh.db)).slice(-3)).toEqual([
      { kind: 'operator.identity_linked', data: { operatorId: 2, identity: { kind: 'telegram', value: '42' } } },
      { kind: 'operator.identity_linked', data: { operatorId: 2, identity: { kind: 'phone', value: '+79161234567' } } },
      { kind: 'operator.identity_unlinked', data: { operatorId: 2, identity: { kind: 'telegram', value: '42' } } },
    ])
  })

  it('belong to one operator only; linking one twice changes nothing', async () => {
    const first = await gateway.call('POST', `${anna}/identities`, { kind: 'telegram', value: '42' })
    expect((await gateway.call('POST', `${anna}/identities`, { kind: 'telegram', value: '42' })).body).toEqual(
      first.body,
    )
    const other = await gateway.call('POST', `${boris}/identities`, { kind: 'telegram', value: '42' })
    expect(other.status).toBe(409)
    expect(other.body.detail).toContain('"Anna"')
  })

  it.each([
    [{ kind: 'Telegram', value: '42' }, 'kind'],
    [{ kind: 'phone', value: 'none' }, 'value'],
    [{ kind: 'email', value: 'anna' }, 'value'],
    [{ kind: 'telegram', value: ' ' }, 'value'],
  ])('are refused as %j', async (input, path) => {
    const { status, body } = await gateway.call('POST', `${anna}/identities`, input)
    expect(status).toBe(400)
    expect(body.errors[0].path).toBe(path)
  })

  it('are set by an admin only', async () => {
    const key = await gateway.makeKey('write')
    expect((await gateway.call('POST', `${anna}/identities`, { kind: 'telegram', value: '42' }, key)).status).toBe(403)
    expect((await gateway.call('POST', `${anna}/link-codes`, undefined, key)).status).toBe(403)
  })

  it('are none of a service', async () => {
    const { body } = await gateway.call('GET', '/operators')
    const service = body.items.find(({ role }: { role: string }) => role === 'service')
    const path = `/operators/${service.id}`
    expect((await gateway.call('POST', `${path}/identities`, { kind: 'telegram', value: '42' })).status).toBe(409)
    expect((await gateway.call('POST', `${path}/link-codes`)).status).toBe(409)
  })
})

describe('a link code', () => {
  it('links the account that sends it, once, however it is typed', async () => {
    const { status, body } = await gateway.call('POST', `${anna}/link-codes`)
    expect(status).toBe(201)
    expect(body.code).toMatch(/^[A-HJ-NP-Z2-9]{5}-[A-HJ-NP-Z2-9]{5}$/)
    const operator = await redeem(` ${body.code.toLowerCase().replace('-', ' ')}`)
    expect(operator.name).toBe('Anna')
    expect(await accounts(anna)).toEqual([['telegram', '42']])
    await expect(redeem(body.code, '43')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('counts for 15 minutes', async () => {
    const { body } = await gateway.call('POST', `${anna}/link-codes`)
    await gateway.clock.advance(15 * 60_000)
    await expect(redeem(body.code)).rejects.toMatchObject({ code: 'not_found' })
    expect(await accounts(anna)).toEqual([])
  })

  it('takes the place of an earlier one and is known by its hash only', async () => {
    const { body: first } = await gateway.call('POST', `${anna}/link-codes`)
    const { body: second } = await gateway.call('POST', `${anna}/link-codes`)
    await expect(redeem(first.code)).rejects.toMatchObject({ code: 'not_found' })
    const stored = JSON.stringify([
      await fresh.db.query('select * from operator_link_codes'),
      await fresh.db.query('select data from changes'),
    ])
    expect(stored).not.toContain(second.code.slice(0, 5))
    expect((await redeem(second.code)).name).toBe('Anna')
  })

  it('of another project is none, and one for an account of somebody else still counts afterwards', async () => {
    await gateway.call('POST', `${boris}/identities`, { kind: 'telegram', value: '42' })
    const { body } = await gateway.call('POST', `${anna}/link-codes`)
    await expect(redeem(body.code)).rejects.toMatchObject({ code: 'conflict' })
    const elsewhere = fresh.db.transaction((tx) =>
      redeemLinkCode(
        tx,
        { projectId: gateway.projectId + 1, now: gateway.clock.now() },
        { code: body.code, account: { kind: 'telegram', value: '43' } },
      ),
    )
    await expect(elsewhere).rejects.toMatchObject({ code: 'not_found' })
    expect((await redeem(body.code, '43')).name).toBe('Anna')
  })
})
