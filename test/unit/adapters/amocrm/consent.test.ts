import { afterEach, describe, expect, test } from 'vitest'
import { createAmocrmAdapter } from '../../../../adapters/amocrm/adapter.ts'
import { amocrmSettings } from '../../../../adapters/amocrm/settings.ts'
import type { CrmAdapter, CrmWritten } from '../../../../src/sync/crm.ts'
import { crmContext } from '../../../crm-context.ts'
import { callback, consent, never, startAccount, type TestAccount } from './account.ts'

let account: TestAccount | undefined
afterEach(async () => {
  await account?.stop()
  account = undefined
})
const start = async (options: Parameters<typeof startAccount>[0] = {}): Promise<TestAccount> => {
  account = await startAccount({ consented: true, ...options })
  return account
}

describe('the consent of the owner', () => {
  test.each([
    ['example.amocrm.ru', 'https://www.amocrm.ru/oauth'],
    ['example.kommo.com', 'https://www.kommo.com/oauth'],
    ['example.amocrm.com', 'https://www.amocrm.com/oauth'],
  ])('for %s is asked at %s', (host, page) => {
    const settings = amocrmSettings.parse({ account: host, clientId: 'a-client-id', clientSecret: 'a-secret-key' })
    const address = new URL(createAmocrmAdapter(crmContext(settings)).consent!.address('a state & more', callback))
    expect(address.origin + address.pathname).toBe(page)
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: 'a-client-id',
      state: 'a state & more',
      mode: 'popup',
    })
  })

  test('gives tokens that are kept and good', async () => {
    const { double, adapter, context } = await start()
    expect(JSON.parse(context.kept.get('tokens')!)).toMatchObject({ redirectUri: callback })
    expect(await adapter.connect(never)).toEqual({ account: 'Пример' })
    expect(double.refused()).toEqual([])
  })

  test('that was refused is told as such', async () => {
    const { double, adapter } = await start()
    const given = { clientId: double.client.id, state: 's', redirectUri: callback, denied: true }
    const query = new URL(double.oauth.consent(given)).searchParams
    await expect(adapter.consent!.accept(query, callback, never)).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('for another account gets no secret of ours', async () => {
    const settings = amocrmSettings.parse({
      account: 'example.amocrm.ru',
      clientId: 'a-client-id',
      clientSecret: 'a-secret-key',
    })
    const context = crmContext(settings)
    const { accept } = createAmocrmAdapter(context).consent!
    for (const referer of ['evil.example', 'other.amocrm.ru', '']) {
      const query = new URLSearchParams({ code: 'a-code', referer })
      await expect(accept(query, callback, never), referer).rejects.toMatchObject({ code: 'forbidden' })
    }
    await expect(accept(new URLSearchParams(), callback, never)).rejects.toMatchObject({ code: 'invalid' })
    expect(context.asked.size).toBe(0)
  })

  test('that was never given makes every call unauthenticated, and asks nothing', async () => {
    const { double, adapter, context } = await start()
    context.kept.delete('tokens')
    const calls = double.calls.length
    const another = account!.another()
    await expect(another.lists(never)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(double.calls).toHaveLength(calls)
    expect(adapter).toBeDefined()
  })

  test('is not asked for where a token is given', async () => {
    const { adapter } = await start({ consented: false })
    expect(adapter.consent).toBeUndefined()
  })
})

describe('tokens', () => {
  test('are renewed shortly before their end', async () => {
    const { double, adapter, context } = await start()
    await adapter.connect(never)
    context.clock.advance(86_400_000 - 10 * 60_000)
    await adapter.lists(never)
    expect(double.oauth.refreshes()).toBe(0)
    context.clock.advance(6 * 60_000)
    await adapter.lists(never)
    expect(double.oauth.refreshes()).toBe(1)
    expect(double.refused()).toEqual([])
  })

  test('that run out early are renewed and the refused call repeated, by many processes at once', async () => {
    const { double, adapter } = await start({ tokenCalls: 10 })
    await adapter.connect(never)
    const processes = [adapter, account!.another(), account!.another(), account!.another()]
    const answers: CrmWritten[] = []
    const work = async (one: CrmAdapter, process: number) => {
      for (let index = 0; index < 15; index++) {
        const write = { marker: `m-${process}-${index}`, values: { name: `Contact ${process}/${index}` } }
        answers.push(...(await one.write('contact', [write], never)))
      }
    }
    await Promise.all(processes.map(work))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(60)
    expect(double.contacts()).toHaveLength(60)
    expect(double.duplicates('contacts', 'PARLEY_ID')).toEqual([])
    expect(double.oauth.refreshes()).toBeGreaterThan(3)
    expect(double.refused()).toEqual([])
  })

  test('are in the database before they are used', async () => {
    const { double, adapter, context } = await start()
    await adapter.connect(never)
    const before = context.kept.get('tokens')
    const write = context.state.write
    let failed = false
    context.state.write = async (name, value) => {
      if (name === 'tokens' && !failed) {
        failed = true
        throw new Error('The database is gone.')
      }
      await write(name, value)
    }
    context.clock.advance(86_400_000)
    const calls = double.calls.length
    await expect(adapter.lists(never)).rejects.toThrow('The database is gone.')
    // Only the renewal itself was asked for.
    expect(double.calls.slice(calls).map(({ method }) => method)).toEqual(['POST'])
    expect(context.kept.get('tokens')).toBe(before)
  })

  test('that the owner took back need a new consent', async () => {
    const { double, adapter } = await start()
    await adapter.connect(never)
    double.oauth.revoke(double.client.id)
    await expect(adapter.lists(never)).rejects.toMatchObject({ code: 'unauthenticated', retryable: false })
    await consent(double, adapter)
    expect((await adapter.lists(never)).users).not.toEqual([])
    expect(double.refused()).toEqual([])
  })

  test('are asked for again after the vendor failed', async () => {
    const { double, adapter, context } = await start()
    await adapter.connect(never)
    context.clock.advance(86_400_000)
    const http = context.http.request
    let failures = 1
    context.http.request = (request) =>
      failures-- > 0 ? Promise.resolve({ ...empty, status: 503, finalUrl: request.url }) : http(request)
    await expect(adapter.lists(never)).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    expect((await adapter.lists(never)).users).not.toEqual([])
    expect(double.refused()).toEqual([])
  })

  test('of years that are refused want a new one', async () => {
    const { double, adapter } = await start({ consented: false })
    await adapter.connect(never)
    double.oauth.revoke(double.client.id)
    await expect(adapter.lists(never)).rejects.toMatchObject({ code: 'unauthenticated', retryable: false })
  })
})

const empty = { headers: {}, body: new Uint8Array(), durationMs: 1 }
