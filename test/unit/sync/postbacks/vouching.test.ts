import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PostbackAuth } from '../../../../src/sync/postbacks/postback-auth.ts'
import { updatePostback } from '../../../../src/sync/postbacks/update-postback.ts'
import { type MadePostback, type PostbackRoom, postbackRoom, refusal, vault } from './postback-room.ts'

let room: PostbackRoom
beforeAll(async () => {
  room = await postbackRoom()
})
beforeEach(() => room.clear())
afterAll(() => room.fresh.drop())

const body = '{"user":{"phone":"+79161234567"}}'
const secret = 'a secret of the shop'
const make = (auth: PostbackAuth) => room.make({ auth })
const sign = (text: string, encoding: 'hex' | 'base64', key = secret) =>
  createHmac('sha256', key).update(text).digest(encoding)
const accepted = (made: MadePostback, headers: Record<string, string>, sent = body) =>
  made.send({ body: sent, headers }).then(
    () => true,
    (error) => error.message as string,
  )

describe('a secret in a header', () => {
  it('lets in who sends it and nobody else', async () => {
    const made = await make({ type: 'header', header: 'X-Api-Key', secret })
    expect(await accepted(made, { 'x-api-key': secret })).toBe(true)
    expect(await accepted(made, {})).toBe('The call is not let in: the header x-api-key is missing.')
    expect(await accepted(made, { 'x-api-key': `${secret}!` })).toContain('does not hold the secret that is expected')
    expect(
      await made
        .send({ method: 'GET', headers: { 'x-api-key': secret }, url: new URL('https://x/?a=1') })
        .catch((e) => e.code),
    ).toBe('invalid')
  })
})

describe('a signature of the body', () => {
  it.each(['hex', 'base64'] as const)('in %s is checked over the bytes as they were sent', async (encoding) => {
    const made = await make({ type: 'hmac', header: 'x-signature', encoding, prefix: 'sha256=', secret })
    const spaced = body.replace(':', ' :  ')
    expect(await accepted(made, { 'x-signature': `sha256=${sign(spaced, encoding)}` }, spaced)).toBe(true)
    expect(await accepted(made, { 'x-signature': `sha256=${sign(body, encoding)}` }, spaced)).toContain(
      'does not sign this body',
    )
    expect(await accepted(made, { 'x-signature': sign(body, encoding) })).toContain('is not of the form sha256=<')
    expect(await accepted(made, { 'x-signature': 'sha256=' })).toContain('does not sign this body')
    expect(await accepted(made, { 'x-signature': `sha256=${sign(body, encoding, 'another')}` })).toContain(
      'does not sign this body',
    )
  })

  it('may be made of more than the body, and has to be fresh where it tells its moment', async () => {
    const over = ['method', 'url', 'body', 'header:x-moment']
    const made = await make({
      type: 'hmac',
      header: 'x-signature',
      encoding: 'base64',
      prefix: '',
      over,
      momentHeader: 'x-moment',
      secret,
    })
    const headers = (at: number) => ({
      'x-moment': String(at),
      'x-signature': sign(`POSThttps://bot.example.com/postbacks/${made.token}${body}${at}`, 'base64'),
    })
    const now = room.context.now.getTime()
    expect(await accepted(made, headers(now - 200_000))).toBe(true)
    expect(await accepted(made, headers(now - 301_000))).toContain('more than 5 minutes from our time')
    expect(await accepted(made, { ...headers(now), 'x-moment': String(now + 1) })).toContain(
      'does not sign this method',
    )
  })

  it.each([{ over: undefined }, { over: ['header:x-moment', 'body'] }])(
    'says nothing of a GET whose address it does not sign ($over)',
    async ({ over }) => {
      const made = await make({ type: 'hmac', header: 'x-signature', encoding: 'hex', prefix: '', over, secret })
      const headers = { 'x-signature': sign('', 'hex') }
      expect((await refusal(made.send({ headers })))?.code).toBe('invalid')
      const get = made.send({
        method: 'GET',
        headers,
        url: new URL('https://bot.example.com/?user[phone]=%2B79161234567'),
      })
      expect((await refusal(get))?.message).toContain('a GET has none; send a POST')
    },
  )

  it('has to sign the moment that it tells', async () => {
    const auth = { type: 'hmac', header: 'x-signature', momentHeader: 'X-Moment', secret } as const
    const refused = await refusal(make({ ...auth, encoding: 'hex', prefix: '' }))
    expect(refused?.faults).toEqual([
      { path: 'auth.momentHeader', message: 'is not signed; expected header:x-moment in "over"' },
    ])
  })
})

describe('a signature of Standard Webhooks', () => {
  const whsec = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
  const headers = (at: Date, id = 'msg_1', text = body) => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': `v1,${sign('old', 'base64')} ${new Webhook(whsec).sign(id, at, text)}`,
  })

  it('is checked with its moment, and its id tells a repeated call', async () => {
    const made = await make({ type: 'standard_webhooks', secret: whsec })
    const { now } = room.context
    const first = await made.send({ body, headers: headers(now) })
    expect(first.created).toBe(true)
    expect(await made.send({ body, headers: headers(new Date(now.getTime() + 240_000)) })).toEqual(first)
    // Whoever repeats what they overheard can add a key, but not sign it.
    expect(await made.send({ body, headers: { ...headers(now), 'idempotency-key': 'another' } })).toEqual(first)
    expect(await accepted(made, headers(new Date(now.getTime() - 301_000)))).toContain('more than 5 minutes')
    expect(await accepted(made, headers(now), `${body} `)).toContain('does not sign this body')
    expect(await accepted(made, { ...headers(now), 'webhook-id': 'msg_2' })).toContain('does not sign this body')
    expect(await accepted(made, { ...headers(now), 'webhook-timestamp': 'now' })).toContain('does not sign this body')
    expect(await accepted(made, {})).toContain('is missing')
  })
})

describe('user name and password', () => {
  it('let in who sends them', async () => {
    const made = await make({ type: 'basic', user: 'shop', secret })
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    expect(await accepted(made, basic(`shop:${secret}`))).toBe(true)
    expect(await accepted(made, basic(`shop:${secret}?`))).toContain('user name or password is wrong')
    expect(await accepted(made, basic(secret))).toContain('user name or password is wrong')
    expect(await accepted(made, { authorization: 'Bearer x' })).toContain('authorization is missing')
  })
})

describe('whoever is not let in', () => {
  it('is told before the body is read, and only the last of them is kept', async () => {
    const made = await make({ type: 'header', header: 'x-api-key', secret })
    await made.send({ body, headers: { 'x-api-key': secret } })
    for (let index = 0; index < 5; index++) {
      expect(await refusal(made.send({ body: '{', headers: {} }))).toMatchObject({ code: 'unauthenticated' })
    }
    expect(await made.calls()).toMatchObject([
      { status: 401, body: {}, error: 'The call is not let in: the header x-api-key is missing.' },
      { status: 201 },
    ])
  })
})

describe('the secret of a postback', () => {
  const update = (made: MadePostback, auth: PostbackAuth | null) =>
    room.fresh.db.transaction((tx) => updatePostback(tx, room.context, { postbackId: made.postback.id, auth }, vault))

  it('is stored sealed, stays while it is not given anew, and can be taken away', async () => {
    const made = await make({ type: 'header', header: 'x-api-key', secret })
    expect(JSON.stringify(made.postback)).not.toContain(secret)
    await update(made, { type: 'header', header: 'x-shop-key' })
    expect(await accepted(made, { 'x-shop-key': secret })).toBe(true)
    await update(made, { type: 'header', header: 'x-shop-key', secret: 'another secret' })
    expect(await accepted(made, { 'x-shop-key': secret })).not.toBe(true)
    await update(made, null)
    expect(await accepted(made, {})).toBe(true)
  })

  it('has to be given for another way of vouching', async () => {
    const made = await make({ type: 'header', header: 'x-api-key', secret })
    const refused = await refusal(update(made, { type: 'basic', user: 'shop' }))
    expect(refused?.faults).toEqual([{ path: 'auth.secret', message: expect.stringContaining('is missing') }])
    expect(
      (await refusal(make({ type: 'header', header: 'x y', secret: 'short' })))?.faults.map(({ path }) => path),
    ).toEqual(['auth.header', 'auth.secret'])
  })
})
