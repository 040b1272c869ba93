import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { buildLedger, type Ledger } from '../../../doubles/ledger/ledger.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway
let ledger: Ledger
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  ledger = buildLedger()
  gateway = await testGateway(fresh.db, { crmCatalogue: new Map([['ledger', ledger.definition]]) })
})
afterAll(() => fresh.drop())

const books = { kind: 'ledger', name: 'books', settings: { key: 'inkwell', secret: 'quill', perSecond: 9 } }
const apply = async (integration: object) => {
  const { status, body } = await gateway.call('POST', '/apply', { integrations: [integration] })
  return { status, applied: body.applied?.[0], errors: body.errors }
}
const shown = async () => (await gateway.call('GET', '/integrations')).body.items[0]

describe('integrations of a declaration', () => {
  it('are made and connected, and left alone when they are applied again', async () => {
    const made = await apply({ ...books, sends: 'every_deal' })
    expect(made.applied).toEqual({
      what: 'integration',
      name: 'books',
      did: 'created',
      note: 'connected with Ledger & Sons',
    })
    const before = await shown()
    expect(before).toMatchObject({ sends: 'every_deal', direction: 'both', account: 'Ledger & Sons' })
    const again = await apply({ ...books, sends: 'every_deal', settings: { perSecond: 9 } })
    expect(again.applied).toEqual({ what: 'integration', name: 'books', did: 'unchanged' })
    expect([await shown(), ledger.count('connect')]).toEqual([before, 1])
  })

  it('are changed where they differ, also in their mapping, and keep secrets that are not named', async () => {
    await apply(books)
    const mapping = { deal: [{ ours: 'name', theirs: 'name' }], labels: 'none' }
    expect((await apply({ kind: 'ledger', name: 'books', mapping, direction: 'push' })).applied).toMatchObject({
      did: 'updated',
      note: 'connected with Ledger & Sons',
    })
    expect(await shown()).toMatchObject({ direction: 'push', mapping, settings: { perSecond: 9 } })
  })

  it('say what keeps them from being connected', async () => {
    const { applied } = await apply({ ...books, settings: { key: 'dried up' } })
    expect(applied).toMatchObject({ did: 'created', note: 'not connected: The key of the ledger is wrong.' })
  })

  it('say what of their mapping the account cannot keep, which nobody knew before it was read', async () => {
    const { applied } = await apply({ ...books, mapping: { deal: [{ ours: 'name', theirs: 'nmae' }] } })
    expect(applied).toMatchObject({
      did: 'created',
      note: expect.stringMatching(/^connected with Ledger & Sons; mapping\.deal\[0\]\.theirs: .*"nmae"/),
    })
  })

  it('are refused with the place of what is wrong', async () => {
    await apply(books)
    expect((await apply({ ...books, mapping: { deal: [{ ours: 'name', theirs: 'nmae' }] } })).errors).toMatchObject([
      { path: 'integrations[0].mapping.deal[0].theirs' },
    ])
    expect((await apply({ ...books, kind: 'abacus' })).errors).toMatchObject([{ path: 'integrations[0].kind' }])
  })

  it('are exported without their secrets, and what was exported applies again without a change', async () => {
    await apply(books)
    const { body } = await gateway.call('GET', '/export')
    expect(body.integrations).toMatchObject([{ kind: 'ledger', name: 'books', settings: { perSecond: 9 } }])
    expect(JSON.stringify(body)).not.toContain('quill')
    expect((await apply(body.integrations[0])).applied).toMatchObject({ did: 'unchanged' })
  })
})
