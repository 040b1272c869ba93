import { afterEach, describe, expect, it } from 'vitest'
import type { PeerCall, PeerReply } from '../../../doubles/json-peer.ts'
import { never } from './example.ts'
import { type SmallCrm, startSmallCrm } from './small-crm.ts'

let small: SmallCrm | undefined
let issued = 0
let revoked = new Set<string>()
let expiresIn: number | undefined = 3600
/** What the next ask for a token is answered with instead. */
let refusal: PeerReply | undefined
afterEach(async () => {
  await small?.stop()
  ;[issued, revoked, expiresIn] = [0, new Set(), 3600]
})

function answer({ path, headers, json }: PeerCall): PeerReply {
  if (path === '/token') {
    const told = refusal
    refusal = undefined
    if (told) return told
    const form = Object.fromEntries(new URLSearchParams(String(json)))
    if (form.client_secret !== 'the-token') return { status: 401, body: { error: 'invalid_client' } }
    expect(form).toEqual({
      grant_type: 'client_credentials',
      client_id: form.client_id === 'others' ? 'others' : 'us',
      client_secret: 'the-token',
      scope: 'crm',
    })
    return { status: 200, body: { access_token: `t${++issued}`, token_type: 'bearer', expires_in: expiresIn } }
  }
  const token = headers.authorization?.replace('Bearer ', '') ?? ''
  return revoked.has(token) || !/^t\d+$/.test(token)
    ? { status: 401, body: {} }
    : { status: 200, body: { name: token } }
}

const start = async (over: Record<string, unknown> = {}) => {
  const created = await startSmallCrm(answer, over)
  // The address of the token is known only when the server listens.
  created.context.integration.settings.auth = {
    type: 'client_credentials',
    tokenUrl: `${created.peer.url}/token`,
    clientId: 'us',
    scope: 'crm',
  }
  small = created
  return { ...created, adapter: created.another() }
}

describe('the token of a client', () => {
  it('is asked for once by all processes, and kept', async () => {
    const { adapter, another, context } = await start()
    const adapters = [adapter, another(), another(), another()]
    const accounts = await Promise.all(adapters.map((one) => one.connect(never)))
    expect(accounts.map(({ account }) => account)).toEqual(['t1', 't1', 't1', 't1'])
    expect(await another().connect(never)).toEqual({ account: 't1' })
    expect(context.kept.get('token')).toContain('t1')
  })

  it('is renewed before its end', async () => {
    const { adapter, context } = await start()
    await adapter.connect(never)
    context.clock.advance(3500_000)
    expect(await adapter.connect(never)).toEqual({ account: 't1' })
    context.clock.advance(80_000)
    expect(await adapter.connect(never)).toEqual({ account: 't2' })
  })

  it('that is refused is renewed once, and the request is done', async () => {
    const { adapter, another } = await start()
    await adapter.connect(never)
    revoked.add('t1')
    const accounts = await Promise.all([adapter, another(), another()].map((one) => one.connect(never)))
    expect(new Set(accounts.map(({ account }) => account))).toEqual(new Set(['t2']))
    expect(issued).toBe(2)
    for (let number = 2; number < 9; number++) revoked.add(`t${number}`)
    await expect(adapter.connect(never)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(issued).toBe(3)
  })

  it('that the client is not given says that the account has to be connected again', async () => {
    const { adapter } = await start({ secret: 'wrong' })
    await expect(adapter.connect(never)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('that cannot be given now is asked for later, and no reason to connect the account again', async () => {
    const { adapter } = await start()
    refusal = { status: 429, headers: { 'retry-after': '7' } }
    await expect(adapter.connect(never)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 7000 })
    refusal = { status: 503 }
    await expect(adapter.connect(never)).rejects.toMatchObject({ code: 'unavailable' })
    expect(await adapter.connect(never)).toEqual({ account: 't1' })
  })

  it('is not the one that another client was given before', async () => {
    const { adapter, another, context } = await start()
    await adapter.connect(never)
    Object.assign(context.integration.settings.auth, { clientId: 'others' })
    expect(await another().connect(never)).toEqual({ account: 't2' })
  })

  it('is asked for under the limit of the account', async () => {
    const { adapter, context } = await start()
    await adapter.connect(never)
    expect([...context.asked.values()]).toEqual([2])
  })
})
