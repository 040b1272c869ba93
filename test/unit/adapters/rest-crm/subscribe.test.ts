import { afterEach, expect, it } from 'vitest'
import type { PeerCall, PeerReply } from '../../../doubles/json-peer.ts'
import { never } from './example.ts'
import { type SmallCrm, startSmallCrm } from './small-crm.ts'

let small: SmallCrm | undefined
afterEach(() => small?.stop())

const hook = {
  auth: { type: 'basic', user: 'parley' },
  entity: '$.kind',
  entities: { person: 'contact' },
  id: '$.id',
  subscriptions: {
    list: { request: { path: '/hooks' }, items: '$[*]', id: '$.id', address: '$.url' },
    add: [{ method: 'POST', path: '/hooks', json: { url: '{{ hook_url }}', password: '{{ hook_secret }}' } }],
    remove: { method: 'DELETE', path: '/hooks/{{ hook_id }}' },
  },
}

it('A subscription is left alone while it is what the settings say, and renewed for another secret.', async () => {
  const subscribed = new Map<string, unknown>()
  let id = 0
  const answer = ({ method, path, json }: PeerCall): PeerReply => {
    if (method === 'POST') subscribed.set(String(++id), json)
    if (method === 'DELETE') subscribed.delete(path.split('/').at(-1)!)
    if (path === '/v1/account') return { status: 200, body: { name: 'Shop' } }
    return { status: 200, body: [...subscribed].map(([key, one]) => ({ id: key, ...(one as object) })) }
  }
  small = await startSmallCrm(answer, { hook, hookSecret: 'the first one' })
  const { adapter, another, context } = small
  await adapter.connect(never)
  await another().connect(never)
  expect([...subscribed]).toEqual([['1', { url: context.hookUrl, password: 'the first one' }]])
  context.integration.settings.hookSecret = 'the second one'
  await another().connect(never)
  expect([...subscribed]).toEqual([['2', { url: context.hookUrl, password: 'the second one' }]])
})
