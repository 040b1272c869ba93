import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/platform/errors.ts'
import type { CrmDefinition } from '../../../../src/sync/crm.ts'
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
  gateway = await testGateway(fresh.db, { crmCatalogue: new Map([['ledger', asking(ledger)]]) })
})
afterAll(() => fresh.drop())

/** The ledger, whose owner has to agree first: with the code `yes`. */
function asking(of: Ledger): CrmDefinition {
  return {
    ...of.definition,
    create(context) {
      const adapter = of.definition.create(context)
      return {
        ...adapter,
        async connect(signal) {
          if ((await context.state.read('agreed')) !== 'yes')
            throw new AppError('unauthenticated', 'The owner has not agreed.')
          return adapter.connect(signal)
        },
        consent: {
          address: (state, callbackUrl) =>
            `https://ledger.example/agree?${new URLSearchParams({ state, callback: callbackUrl })}`,
          async accept(query) {
            if (query.get('error')) throw new AppError('forbidden', `The owner said: ${query.get('error')}`)
            await context.state.write('agreed', query.get('code') ?? undefined)
          },
        },
      }
    },
  }
}

const make = async (name = 'books') =>
  (await gateway.call('POST', '/integrations', { kind: 'ledger', name })).body.id as number
const ask = async (id: number) => (await gateway.call('POST', `/integrations/${id}/connect`)).body
const stateOf = (consentUrl: string) => new URL(consentUrl).searchParams.get('state')!
const comeBack = async (query: Record<string, string>) => {
  const response = await gateway.app.request(`/integrations/callback?${new URLSearchParams(query)}`)
  return { status: response.status, page: await response.text(), headers: response.headers }
}
const show = async (id: number) => (await gateway.call('GET', `/integrations/${id}`)).body

describe('the consent of an account’s owner', () => {
  it('is asked for at the vendor, who sends the owner back to us; then the integration is connected', async () => {
    ledger.account.name = 'Ledger & <b>Sons</b>'
    const id = await make()
    const asked = await ask(id)
    expect(asked).toMatchObject({ account: null, condition: { state: 'connecting' } })
    const address = new URL(asked.consentUrl)
    expect(address.searchParams.get('callback')).toBe('https://bot.example.com/integrations/callback')
    const { status, page, headers } = await comeBack({ state: stateOf(asked.consentUrl), code: 'yes' })
    expect(status).toBe(200)
    expect(page).toContain('&quot;books&quot; is connected with Ledger &amp; &lt;b&gt;Sons&lt;/b&gt;.')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await show(id)).toMatchObject({ account: ledger.account.name, condition: { state: 'working' } })
    expect((await ask(id)).consentUrl).toBeNull()
  })

  it('counts once', async () => {
    const id = await make()
    const query = { state: stateOf((await ask(id)).consentUrl), code: 'yes' }
    const answers = await Promise.all([comeBack(query), comeBack(query)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
    expect((await comeBack(query)).status).toBe(403)
  })

  it('counts for half an hour', async () => {
    const id = await make()
    const { consentUrl } = await ask(id)
    gateway.clock.advance(30 * 60_000)
    expect((await comeBack({ state: stateOf(consentUrl), code: 'yes' })).status).toBe(403)
    expect(await show(id)).toMatchObject({ account: null })
  })

  it('counts for what was asked last, and for the integration alone that asked', async () => {
    const [one, other] = [await make(), await make('more books')]
    const first = stateOf((await ask(one)).consentUrl)
    const second = stateOf((await ask(one)).consentUrl)
    for (const state of [first, second.replace(/^\d+/, String(other)), second.slice(0, -1), `${one}.`, '', '<script>'])
      expect((await comeBack({ state, code: 'yes' })).status).toBe(403)
    expect((await comeBack({ state: second, code: 'yes' })).status).toBe(200)
  })

  it('may be refused: the page says so, without believing what the vendor sent', async () => {
    const id = await make()
    const { consentUrl } = await ask(id)
    const { status, page } = await comeBack({ state: stateOf(consentUrl), error: '<script>alert(1)</script>' })
    expect(status).toBe(403)
    expect(page).toContain('The owner said: &lt;script&gt;')
    expect(page).not.toContain('<script>')
    expect(await show(id)).toMatchObject({
      condition: { state: 'stopped', error: expect.stringContaining('The owner said') },
    })
  })

  it('that leads to no access is told as it is, and asked for no second time by itself', async () => {
    const id = await make()
    const { status, page } = await comeBack({ state: stateOf((await ask(id)).consentUrl), code: 'no' })
    expect([status, page]).toEqual([401, expect.stringContaining('The owner has not agreed.')])
    expect(await show(id)).toMatchObject({ condition: { state: 'stopped', error: 'The owner has not agreed.' } })
  })
})
