import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { setMode } from '../../../../src/conversations/set-mode.ts'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { asks, flow, leaveStage, openStage, type Stage, says } from './stage.ts'

let stage: Stage
let outside: string
const server = createServer((request, response) => answer(request, response))
let asked: string[]
let answer: (request: IncomingMessage, response: ServerResponse) => void
/** Requests that are not answered yet. */
let held: ServerResponse[]
const hold = (_: IncomingMessage, response: ServerResponse) => void held.push(response)
const reply = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  outside = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  server.on('request', (request) => asked.push(`${request.method} ${request.url}`))
})
beforeEach(() => {
  asked = []
  held = []
  answer = (_, response) => reply(response, { name: 'Lada', price: 5 })
})
afterEach(async () => {
  for (const response of held) response.end()
  await stage.close()
})
afterAll(async () => {
  await leaveStage()
  server.closeAllConnections()
  server.close()
})

const open = async (...flows: FlowInput[]) => {
  stage = await openStage({ flows })
}
const any = (to: string) => [{ type: 'any_message' as const, to }]
const request = (path: string, more: Record<string, unknown> = {}) => ({
  type: 'external-request',
  options: { url: `${outside}${path}`, mapping: [{ from: '$.name', to: 'run.car' }], ...more },
})
const runs = () => stage.db.query('select status, error from runs order by id')

describe('a call to the outside', () => {
  it('starts with the commit, and its answer moves the run on', async () => {
    await open(
      flow(
        'Look',
        any('get'),
        { get: request('/cars?for={{ message.text }}'), tell: says('{{ message.text }}: {{ run.car }}') },
        ['get:ok > tell'],
      ),
    )
    await stage.say(1, 'cheap')
    expect(await stage.heard(1)).toEqual(['cheap: Lada'])
    expect(asked).toEqual(['GET /cars?for=cheap'])
    expect(await runs()).toEqual([{ status: 'ended', error: null }])
  })

  it('lets the messages that come meanwhile wait their turn, in order', async () => {
    answer = hold
    await open(
      flow(
        'Look',
        any('get'),
        {
          get: request('/'),
          a: asks('A? {{ run.car }}', 'a'),
          b: asks('B?', 'b'),
          e: says('a={{ run.a }} b={{ run.b }}'),
        },
        ['get:ok > a', 'a > b', 'b > e'],
      ),
    )
    await stage.say(1, 'hi')
    await stage.say(1, 'one')
    await stage.say(1, 'two')
    await vi.waitFor(() => expect(held).toHaveLength(1))
    expect(stage.bot.sent(1)).toEqual([])
    reply(held[0]!, { name: 'Lada' })
    expect(await stage.heard(1)).toEqual(['A? Lada', 'B?', 'a=one b=two'])
  })

  it('lets messages that waited start a run of their own when the calling one ends, or fails', async () => {
    answer = hold
    await open(
      flow('Look', any('get'), { get: request('/{{ message.text }}'), tell: says('{{ message.text }}') }, [
        'get:ok > tell',
      ]),
    )
    await stage.say(1, 'one')
    await stage.say(1, 'two')
    await stage.say(1, 'three')
    await vi.waitFor(() => expect(held).toHaveLength(1))
    reply(held[0]!, {})
    await vi.waitFor(() => expect(held).toHaveLength(2))
    reply(held[1]!, {}, 500)
    await vi.waitFor(() => expect(held).toHaveLength(3))
    reply(held[2]!, {})
    expect(await stage.heard(1)).toEqual(['one', 'three'])
    expect(asked).toEqual(['GET /one', 'GET /two', 'GET /three'])
  })

  it('goes on by its error output, or stops visibly where that leads nowhere', async () => {
    answer = (_, response) => reply(response, {}, 404)
    await open(
      flow('Safe', [{ type: 'keyword', words: ['safe'], to: 'get' }], { get: request('/safe'), sorry: says('Sorry') }, [
        'get:error > sorry',
      ]),
      flow('Unsafe', [{ type: 'keyword', words: ['unsafe'], to: 'get' }], { get: request('/unsafe') }),
    )
    await stage.say(1, 'safe')
    await stage.rest()
    await stage.say(1, 'unsafe')
    expect(await stage.heard(1)).toEqual(['Sorry'])
    expect(await runs()).toEqual([
      { status: 'ended', error: null },
      { status: 'failed', error: 'Block "get": The answer had the status 404' },
    ])
    expect(await stage.db.query(`select error from steps where error is not null order by id`)).toHaveLength(2)
  })

  it('of a process that is gone is repeated once, and answered once', async () => {
    answer = hold
    await open(flow('Look', any('get'), { get: request('/'), tell: says('{{ run.car }}') }, ['get:ok > tell']))
    await stage.say(1, 'hi')
    await vi.waitFor(() => expect(held).toHaveLength(1))
    await stage.db.query(`update runs set call_holder = 'a dead process'`)
    await stage.parley.sweep()
    await stage.parley.sweep()
    await vi.waitFor(() => expect(held).toHaveLength(2))
    await stage.parley.sweep()
    reply(held[1]!, { name: 'Second' })
    expect(await stage.heard(1)).toEqual(['Second'])
    reply(held[0]!, { name: 'First' })
    await stage.say(2, 'hi')
    await vi.waitFor(() => expect(held).toHaveLength(3))
    reply(held[2]!, { name: 'Other' })
    expect(await stage.heard(2)).toEqual(['Other'])
    expect(await stage.heard(1)).toEqual(['Second'])
    expect(asked).toHaveLength(3)
  })

  it('is answered in manual mode without a word; the run goes on when the conversation is given back', async () => {
    answer = hold
    await open(flow('Look', any('get'), { get: request('/'), tell: says('{{ run.car }}') }, ['get:ok > tell']))
    await stage.say(1, 'hi')
    await vi.waitFor(() => expect(held).toHaveLength(1))
    const conversationId = await stage.conversationId(1)
    await stage.run(setMode, { conversationId, mode: 'manual' })
    reply(held[0]!, { name: 'Lada' })
    expect(await stage.heard(1)).toEqual([])
    await stage.run(setMode, { conversationId, mode: 'bot' })
    await stage.parley.sweep()
    await stage.rest()
    await stage.pass('1s')
    expect(await stage.heard(1)).toEqual(['Lada'])
    expect(asked).toHaveLength(1)
  })

  it('keeps secrets sealed while it waits, and masked in the trace', async () => {
    answer = hold
    await open(
      flow('Look', any('get'), {
        get: request('/?q={{ project.plain }}', { headers: { 'x-shop': '{{ project.shop_key }}' } }),
      }),
    )
    await stage.api('PUT', '/variables/shop_key', { value: 'hush-hush-123', secret: true })
    await stage.api('PUT', '/variables/plain', { value: 'seen', secret: false })
    await stage.say(1, 'hi')
    await vi.waitFor(() => expect(held).toHaveLength(1))
    expect(held[0]!.req.headers['x-shop']).toBe('hush-hush-123')
    const atRest =
      JSON.stringify(await stage.db.query('select * from runs')) +
      JSON.stringify(await stage.db.query('select * from steps'))
    expect(atRest).toContain('q=seen')
    expect(atRest).not.toContain('hush-hush-123')
  })

  it('in a circle of calls is noticed', async () => {
    await open(flow('Round', any('get'), { get: request('/') }, ['get:ok > get']))
    await stage.say(1, 'hi')
    await vi.waitFor(
      async () =>
        expect(await runs()).toEqual([{ status: 'failed', error: expect.stringMatching(/"get" form a circle/) }]),
      { timeout: 10_000 },
    )
    expect(asked.length).toBeLessThan(150)
  })
})

describe('a step that throws', () => {
  it('takes back what it did, and the run stops visibly', async () => {
    await open(
      flow('Deal', any('set'), {
        set: {
          type: 'set-fields',
          options: {
            fields: [
              { to: 'contact.first_name', value: 'Changed' },
              { to: 'run.x', value: 1 },
              { to: 'deal.model', value: 'X' },
            ],
          },
        },
      }),
    )
    await stage.say(1, 'hi')
    await stage.rest()
    expect(await runs()).toEqual([
      { status: 'failed', error: expect.stringMatching(/Block "set": The run has no current deal/) },
    ])
    expect(await stage.db.query('select first_name from contacts')).toEqual([{ first_name: 'Person 1' }])
    expect(await stage.db.query('select variables from runs')).toEqual([{ variables: {} }])
    expect(await stage.db.query(`select status from events`)).toEqual([{ status: 'done' }])
    expect(await stage.db.query('select block_id, output from steps')).toEqual([{ block_id: 'set', output: 'fail' }])
  })
})
