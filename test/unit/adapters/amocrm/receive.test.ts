import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import type { HookRequest } from '../../../../src/conversations/channel.ts'
import { hookRequest, never, startAccount, type TestAccount, toldOf } from './account.ts'

const folder = new URL('../../../fixtures/amocrm/', import.meta.url)
const recorded = readdirSync(folder).filter((name) => name.startsWith('hook-'))

let account: TestAccount | undefined
afterEach(async () => {
  await account?.stop()
  account = undefined
})

async function start(options: Parameters<typeof startAccount>[0] = {}): Promise<TestAccount> {
  account = await startAccount(options)
  return account
}

describe('what the vendor sent to somebody else is heard', () => {
  test.each(recorded)('%s', async (name) => {
    const { origin, subdomain, body, heard } = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    expect(origin).toMatch(/^https:\/\/(www\.amocrm\.|github\.com\/)/)
    const { adapter } = await start({ subdomain })
    expect(await adapter.receive(hookRequest(body))).toEqual({ response: { status: 200 }, heard })
  })
})

describe('the hook', () => {
  test('tells of notes that people wrote, and what they hang on', async () => {
    const { double, adapter } = await start()
    await adapter.connect(never)
    const lead = double.addLead({ name: 'A car' })
    const contact = double.addContact({ name: 'Ann' })
    const heard = []
    for (const request of await toldOf(double, () => {
      double.addNote('leads', lead.id, 'Wants red')
      double.addNote('contacts', contact.id, 'Calls back')
    })) {
      heard.push(...(await adapter.receive(request)).heard)
    }
    expect(heard).toEqual([
      { entity: 'note', id: expect.any(String), on: { entity: 'deal', id: String(lead.id) } },
      { entity: 'note', id: expect.any(String), on: { entity: 'contact', id: String(contact.id) } },
    ])
  })

  test('tells nothing of calls, messages and what services wrote', async () => {
    const { adapter } = await start()
    const body = 'leads[note][0][note][id]=5&leads[note][0][note][element_id]=7&leads[note][0][note][element_type]=2'
    const told = (type: number) =>
      adapter.receive(hookRequest(`${body}&leads[note][0][note][note_type]=${type}&${parley}`))
    expect((await told(10)).heard).toEqual([])
    expect((await told(25)).heard).toEqual([])
    expect((await told(4)).heard).toEqual([{ entity: 'note', id: '5', on: { entity: 'deal', id: '7' } }])
  })

  test('tells of tasks and what they hang on, also of none', async () => {
    const { adapter } = await start()
    const told = async (rest: string) => (await adapter.receive(hookRequest(`${rest}&${parley}`))).heard
    expect(await told('task[add][0][id]=5&task[add][0][element_type]=2&task[add][0][element_id]=7')).toEqual([
      { entity: 'task', id: '5', on: { entity: 'deal', id: '7' } },
    ])
    expect(await told('task[update][0][id]=5&task[update][0][element_type]=3&task[update][0][element_id]=7')).toEqual([
      { entity: 'task', id: '5' },
    ])
    expect(await told('task[delete][0][id]=5')).toEqual([{ entity: 'task', id: '5', deleted: true }])
  })

  test('tells a thing once, however often a request names it, and what was deleted by its bare id', async () => {
    const { adapter } = await start()
    const twice = 'leads[update][0][id]=5&leads[update][1][id]=5&leads[status][0][id]=5&leads[update][2][id]=6'
    expect((await adapter.receive(hookRequest(`${twice}&${parley}`))).heard).toEqual([
      { entity: 'deal', id: '5' },
      { entity: 'deal', id: '6' },
    ])
    expect((await adapter.receive(hookRequest(`leads[delete]=5&${parley}`))).heard).toEqual([
      { entity: 'deal', id: '5', deleted: true },
    ])
  })

  test('hears nothing in names that are no path and ids that are none', async () => {
    const { adapter } = await start()
    const odd = [
      'leads[update][0][id]=x',
      'leads[update][0][id]=-5',
      'leads[__proto__][0][id]=5',
      'constructor[update][0][id]=5',
      'leads[update][0][id][deeper]=5',
      'unsorted[add][0][id]=5',
    ]
    for (const one of odd) expect((await adapter.receive(hookRequest(`${one}&${parley}`))).heard, one).toEqual([])
  })

  test('refuses another account, once we know ours by its number too', async () => {
    const { double, adapter } = await start()
    const lead = 'leads[update][0][id]=5'
    const told = (rest: string) => adapter.receive(hookRequest(`${lead}&${rest}`))
    await adapter.connect(never)
    const own = `account[id]=${double.account.id}`
    expect((await told(own)).heard).toHaveLength(1)
    for (const rest of [
      '',
      'account[subdomain]=other',
      `account[id]=${double.account.id + 1}&account[subdomain]=parley`,
    ]) {
      await expect(told(rest), rest).rejects.toMatchObject({ code: 'unauthenticated' })
    }
  })

  test('refuses what is no form, is too large or no POST', async () => {
    const { adapter } = await start()
    const request = hookRequest(`leads[update][0][id]=5&${parley}`)
    const json = { ...request, headers: new Headers({ 'content-type': 'application/json' }) }
    await expect(adapter.receive(json)).rejects.toMatchObject({ code: 'invalid' })
    const many = hookRequest(`${'a=1&'.repeat(50_001)}${parley}`)
    await expect(adapter.receive(many)).rejects.toMatchObject({ code: 'too_large' })
    const large = { ...request, body: new Uint8Array(5 * 1024 * 1024) }
    await expect(adapter.receive(large)).rejects.toMatchObject({ code: 'too_large' })
    await expect(adapter.receive({ ...request, method: 'PUT' })).rejects.toMatchObject({ code: 'unsupported' })
  })
})

describe('the hook by which an owner switches the integration off', () => {
  const switchedOff = (clientId: string, secret: string, accountId = 30_000_001): HookRequest => {
    const signature = createHmac('sha256', secret).update(`${clientId}|${accountId}`).digest('hex')
    const query = new URLSearchParams({ client_uuid: clientId, account_id: String(accountId), signature })
    const url = new URL(`https://parley.example/hooks/crm-hook?${query}`)
    return { method: 'GET', url, headers: new Headers(), body: new Uint8Array() }
  }

  test('makes the tokens forgotten', async () => {
    const { double, adapter, context } = await start({ consented: true })
    await adapter.connect(never)
    const { id, secret } = double.client
    expect(await adapter.receive(switchedOff(id, secret))).toEqual({ response: { status: 200 }, heard: [] })
    expect(context.kept.has('tokens')).toBe(false)
    await expect(adapter.lists(never)).rejects.toMatchObject({ code: 'unauthenticated', retryable: false })
  })

  test('is believed only when it is signed with the secret key', async () => {
    const { double, adapter, context } = await start({ consented: true })
    const { id, secret } = double.client
    for (const forged of [switchedOff(id, 'another'), switchedOff('another', secret)]) {
      await expect(adapter.receive(forged)).rejects.toMatchObject({ code: 'unauthenticated' })
    }
    expect(context.kept.has('tokens')).toBe(true)
  })
})

const parley = 'account[subdomain]=parley'
