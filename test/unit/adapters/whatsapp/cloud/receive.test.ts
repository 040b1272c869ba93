import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ChannelAdapter } from '../../../../../src/conversations/channel.ts'
import {
  accessToken,
  appSecret,
  challenge,
  hookRequest,
  payloadOf,
  startTestNumber,
  type TestNumber,
  textPayload,
  verifyToken,
} from './number.ts'

let number: TestNumber
beforeEach(async () => {
  number = await startTestNumber()
})
afterEach(() => number.stop())

const asked = { 'hub.mode': 'subscribe', 'hub.verify_token': verifyToken, 'hub.challenge': '1158201444' }

describe('the vendor asks whether the address is ours', () => {
  test('and gets its challenge back, plain', async () => {
    const { response, events } = await number.adapter.receive(challenge(asked))
    expect(response).toMatchObject({ status: 200, body: '1158201444' })
    expect(response.headers?.['content-type']).toMatch(/^text\/plain/)
    expect(events).toEqual([])
  })

  test.each([
    ['a wrong word', { ...asked, 'hub.verify_token': 'guessed-word' }, 'unauthenticated'],
    ['no word', { 'hub.mode': 'subscribe', 'hub.challenge': '1' }, 'unauthenticated'],
    ['another mode', { ...asked, 'hub.mode': 'unsubscribe' }, 'unauthenticated'],
    ['a challenge that is a page', { ...asked, 'hub.challenge': '<script>alert(1)</script>' }, 'invalid'],
  ])('but not with %s', async (_what, query, code) => {
    await expect(number.adapter.receive(challenge(query as Record<string, string>))).rejects.toMatchObject({ code })
  })
})

describe('a post', () => {
  test('is refused without a signature, and when a byte of it was changed', async () => {
    const request = hookRequest(textPayload('wamid.1'))
    const unsigned = { ...request, headers: new Headers() }
    await expect(number.adapter.receive(unsigned)).rejects.toMatchObject({ code: 'unauthenticated' })
    const body = request.body.slice()
    body[body.length - 2] = 0x20
    await expect(number.adapter.receive({ ...request, body })).rejects.toMatchObject({ code: 'unauthenticated' })
    expect((await number.adapter.receive(request)).events).toHaveLength(1)
  })

  test('is signed over its bytes, however it escapes its letters', async () => {
    const text = JSON.stringify(textPayload('wamid.1', 'äöå 😀')).replaceAll(
      /[^\x20-\x7e]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    const { events } = await number.adapter.receive(hookRequest(text))
    expect(events).toMatchObject([{ message: { text: 'äöå 😀' } }])
  })

  test('of what is no JSON, or by another method, is told apart', async () => {
    await expect(number.adapter.receive(hookRequest('no json'))).rejects.toMatchObject({ code: 'invalid' })
    await expect(number.adapter.receive(hookRequest('[1]'.repeat(2)))).rejects.toMatchObject({ code: 'invalid' })
    const { response } = await number.adapter.receive({ ...hookRequest('{}'), method: 'PUT' })
    expect(response.status).toBe(405)
  })

  test('may hold several entries, changes and messages; those of another number are left out', async () => {
    const entry = (payload: unknown) => (payload as { entry: object[] }).entry[0]
    const payload = {
      object: 'whatsapp_business_account',
      entry: [
        entry(textPayload('wamid.1')),
        entry(
          payloadOf(
            { statuses: [{ id: 'wamid.9', status: 'read', timestamp: '1790000000', recipient_id: '1650' }] },
            'messages',
            '999',
          ),
        ),
        entry(textPayload('wamid.2', 'And', '16505559999')),
      ],
    }
    const { events } = await number.adapter.receive(hookRequest(payload))
    expect(events.map(({ externalId }) => externalId)).toEqual(['wamid.1', 'wamid.2'])
  })

  test('that repeats a status, or brings the next one, has ids that tell them apart', async () => {
    const status = (stage: string) =>
      hookRequest(
        payloadOf({
          statuses: [{ id: 'wamid.5', status: stage, timestamp: '1790000000', recipient_id: '16505551234' }],
        }),
      )
    const idsOf = async (stage: string) =>
      (await number.adapter.receive(status(stage))).events.map(({ externalId }) => externalId)
    expect(await idsOf('read')).toEqual(['wamid.5:read'])
    expect(await idsOf('read')).toEqual(['wamid.5:read'])
    expect(await idsOf('delivered')).toEqual(['wamid.5:delivered'])
  })

  test('that is broken in one place keeps the rest', async () => {
    const good = { from: '16505551234', id: 'wamid.2', timestamp: '1790000000', type: 'text', text: { body: 'Hi' } }
    const { events } = await number.adapter.receive(
      hookRequest(payloadOf({ messages: [{ ...good, id: 'wamid.1', timestamp: 'soon' }, good, null] })),
    )
    expect(events.map(({ kind }) => kind)).toEqual(['unknown', 'message', 'unknown'])
  })

  test('too large to keep whole is kept by its beginning', async () => {
    const history = payloadOf(
      {
        history: [{ threads: Array.from({ length: 3000 }, (_, index) => ({ id: `${index}`, text: 'x'.repeat(20) })) }],
      },
      'history',
    )
    const { events } = await number.adapter.receive(hookRequest(history))
    expect(events).toMatchObject([{ kind: 'unknown', what: 'history', raw: { cut: true } }])
    expect(JSON.stringify(events).length).toBeLessThan(5000)
  })
})

describe('connecting', () => {
  test('sets our address for the number, which the vendor asks at once, and its posts arrive', async () => {
    const server = await serve(() => other.adapter)
    const other = await startTestNumber({ context: { hookUrl: server.url } })
    expect(await other.adapter.connect()).toEqual({ address: '+1 555-078-3881' })
    expect(other.api.callback()).toEqual({ url: server.url, verifyToken })
    expect(other.api.calls).toContain('POST 102290129340398/subscribed_apps')
    expect(await other.api.push(textPayload('wamid.7'))).toBe(200)
    expect(server.events).toMatchObject([{ externalId: 'wamid.7' }])
    await other.stop()
    await server.close()
  })

  test('leaves the callback alone where it is told to, and says what is wrong with an address that does not answer', async () => {
    const hookUrl = 'http://127.0.0.1:9/hooks/abc'
    const own = await startTestNumber({ context: { hookUrl }, settings: { overrideCallback: false } })
    await own.adapter.connect()
    expect(own.api.callback()).toBeUndefined()
    await own.stop()
    const dead = await startTestNumber({ context: { hookUrl } })
    await expect(dead.adapter.connect()).rejects.toThrow(/Callback verification failed/)
    await dead.stop()
  })

  test('with a wrong token or number says so, and tells no secret', async () => {
    const wrong = await startTestNumber({ settings: { accessToken: 'EAAJBanothertoken' } })
    const refused = wrong.adapter.connect()
    await expect(refused).rejects.toMatchObject({ code: 'unauthenticated' })
    const text = await refused.catch((error: Error) => `${error.message} ${error.stack} ${JSON.stringify(error)}`)
    for (const secret of ['EAAJBanothertoken', accessToken, appSecret]) expect(text).not.toContain(secret)
    await wrong.stop()
    const elsewhere = await startTestNumber({ settings: { phoneNumberId: '999999999' } })
    await expect(elsewhere.adapter.connect()).rejects.toMatchObject({ code: 'not_found' })
    await elsewhere.stop()
  })
})

/** Our address, as the vendor calls it. */
async function serve(adapter: () => ChannelAdapter) {
  const events: unknown[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const headers = new Headers(request.headers as Record<string, string>)
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const received = await adapter().receive({
      method: request.method ?? '',
      url,
      headers,
      body: Buffer.concat(chunks),
    })
    events.push(...received.events)
    response.writeHead(received.response.status, received.response.headers).end(received.response.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    events,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/abc`,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
