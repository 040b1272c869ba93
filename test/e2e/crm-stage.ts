import { expect, vi } from 'vitest'
import { createApiKey } from '../../src/team/create-api-key.ts'
import { freshDatabase } from '../database.ts'
import { type AmocrmDouble, startAmocrm, testClient } from '../doubles/amocrm/amocrm.ts'
import { freePort } from '../faults/program.ts'
import { type Seed, seed, startTestParley } from '../parley.ts'

/** The stages of the pipeline that the account has, and we too. */
export const stages = ['Первичный контакт', 'Переговоры', 'Принимают решение']

/** The whole program, connected with an account of another CRM by its owner's consent. */
export interface CrmStage {
  crm: AmocrmDouble
  integrationId: number
  address: string
  channels: Awaited<ReturnType<typeof seed>>['channels']
  /** A call of the API as an administrator, whatever becomes of it. */
  answerTo(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }>
  /** The same; gives its answer, and throws where it was refused. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many calls
  call(method: string, path: string, body?: unknown): Promise<any>
  /** How often something was written there. */
  writes(): number
  /** Resolves when nothing waits any more, on either side. */
  rest(): Promise<void>
  close(): Promise<void>
}

export async function openCrmStage(options: {
  sends: 'by_flow' | 'every_deal'
  channels?: Seed['channels']
  /** Before the account is connected. */
  prepare(stage: Pick<CrmStage, 'crm' | 'call'>): Promise<unknown>
}): Promise<CrmStage> {
  const fresh = await freshDatabase()
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  const crm = await startAmocrm({ clients: [{ ...testClient, redirectUri: `${publicUrl}/integrations/callback` }] })
  const { work, channels } = await seed(fresh.db, { channels: options.channels ?? [], flows: [] })
  const { key } = await fresh.db.transaction((tx) => createApiKey(tx, work, { name: 'test', access: 'admin' }))
  const parley = await startTestParley(fresh.db, { env: { PORT: String(port), PUBLIC_URL: publicUrl } })

  const answerTo: CrmStage['answerTo'] = async (method, path, body) => {
    const response = await fetch(`${parley.address}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await response.text() }
  }
  const call: CrmStage['call'] = async (method, path, body) => {
    const { status, text } = await answerTo(method, path, body)
    if (status >= 400) throw new Error(`${method} ${path} was answered with ${status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  await options.prepare({ crm, call })
  await call('POST', '/apply', {
    spots: [{ name: 'Shop', pipelines: [{ name: 'Воронка', stages: stages.map((name) => ({ name })) }] }],
  })
  const { id: clientId, secret: clientSecret } = testClient
  const settings = { account: 'parley.amocrm.ru', clientId, clientSecret, apiRoot: crm.url }
  const { sends } = options
  const { id: integrationId } = await call('POST', '/integrations', { kind: 'amocrm', name: 'amo', settings, sends })
  const { consentUrl } = await call('POST', `/integrations/${integrationId}/connect`)
  const agreed = await fetch(consentUrl)
  expect(agreed.status, await agreed.text()).toBe(200)

  return {
    crm,
    integrationId,
    address: parley.address,
    channels,
    answerTo,
    call,
    writes: () => crm.calls.filter(({ method }) => method === 'POST' || method === 'PATCH').length,
    rest: () =>
      eventually(async () => {
        await crm.hooks.idle()
        const [waiting] = await fresh.db.query<{ n: number }>(
          `select ((select count(*) from crm_heard) + (select count(*) from crm_pushes where finished_at is null)
            + (select count(*) from changes where kind like 'deal.%' and id > (select change_id from cursors where name = 'crm')))::int as n`,
        )
        expect(waiting!.n).toBe(0)
      }),
    close: async () => {
      await parley.dispose()
      await crm.stop()
      await fresh.drop()
    },
  }
}

/** Resolves when it holds. */
export function eventually<T>(what: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(what, { timeout: 20_000, interval: 20 })
}
