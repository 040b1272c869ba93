import { afterEach, describe, expect, it } from 'vitest'
import type { CallRequest } from '../../../../src/conversations/abilities.ts'
import { hookUrl, jambonzLine, signedHook } from './line.ts'

let line: Awaited<ReturnType<typeof jambonzLine>>
const open = async (...given: Parameters<typeof jambonzLine>) => {
  line = await jambonzLine(...given)
}
afterEach(() => line.stop())

const call: CallRequest = {
  phone: '+4915112345678',
  sipParameters: {},
  say: { text: 'Your car is ready', language: 'en-GB' },
  digits: { max: 1, seconds: 8 },
  record: false,
  ringSeconds: 30,
  maxSeconds: 60,
}
const place = (over: Partial<CallRequest> = {}) => line.adapter.calls!.placeCall({ ...call, ...over }, '1:2')
const info = { call_sid: 'j-1', direction: 'inbound', from: '+4915112345678', to: '+4930111111', call_status: 'trying' }
/** What jambonz is answered. */
async function verbs(query: string, over: Record<string, unknown> = {}) {
  const at = line.clock.now()
  const request = signedHook({ ...info, ...over }, { header: 'jambonz-signature', secret: 'wh-secret', at, query })
  const { response } = await line.adapter.receive(request)
  return JSON.parse(response.body!) as unknown[]
}
const gather = (turn: string, silent: number, over: Record<string, unknown> = {}) => ({
  verb: 'gather',
  actionHook: `${hookUrl}?hook=input&turn=${turn}&silent=${silent}`,
  input: ['digits'],
  timeout: 5,
  finishOnKey: '#',
  interDigitTimeout: 2,
  minDigits: 1,
  ...over,
})

describe('a line by jambonz', () => {
  it("points its application's hooks to us when it is connected", async () => {
    await open()
    expect(await line.adapter.connect()).toEqual({ address: '+4930111111' })
    expect(line.vendor.application).toEqual({
      call_hook: { url: `${hookUrl}?hook=call`, method: 'POST' },
      call_status_hook: { url: `${hookUrl}?hook=status`, method: 'POST' },
    })
  })

  it('cannot be connected with a wrong token, or where nobody reaches us', async () => {
    await open({ apiKey: 'wrong' })
    await expect(line.adapter.connect()).rejects.toMatchObject({ code: 'unauthenticated' })
    await line.stop()
    await open({}, { hookUrl: undefined })
    await expect(line.adapter.connect()).rejects.toMatchObject({ message: expect.stringContaining('PUBLIC_URL') })
  })

  it('places a call, and tells jambonz what happens in it once it is answered', async () => {
    await open()
    expect(await place()).toEqual({ thread: 'jambonz-1' })
    const { call: placed } = line.vendor.calls[0]!
    expect(placed).toMatchObject({
      application_sid: 'app-1',
      from: '+4930111111',
      to: { type: 'phone', number: '+4915112345678' },
      timeout: 30,
      timeLimit: 60,
      tag: { key: '1:2' },
    })
    const expected = [
      { verb: 'say', text: 'Your car is ready', synthesizer: { vendor: 'default', language: 'en-GB' } },
      {
        verb: 'gather',
        actionHook: `${hookUrl}?hook=input&turn=placed.0&silent=0`,
        input: ['digits'],
        timeout: 8,
        numDigits: 1,
      },
    ]
    const answered = { call_sid: 'jambonz-1', direction: 'outbound', call_status: 'in-progress' }
    expect(await verbs(new URL(placed.call_hook.url).search, answered)).toEqual(expected)
    expect(await verbs('?hook=call', answered)).toEqual(expected)
    expect(await verbs('?hook=input&turn=placed.0&silent=0', { ...answered, digits: '1' })).toEqual([
      { verb: 'hangup' },
    ])
  })

  it('forgets what was to happen in a call that is over', async () => {
    await open()
    await place()
    expect(line.context.kept.size).toBe(2)
    const over = { call_sid: 'jambonz-1', direction: 'outbound', call_status: 'busy', customerData: { key: '1:2' } }
    const at = line.clock.now()
    await line.adapter.receive(
      signedHook({ ...info, ...over }, { header: 'jambonz-signature', secret: 'wh-secret', at, query: '?hook=status' }),
    )
    expect(line.context.kept.size).toBe(0)
  })

  it('calls a SIP server with its credentials, and a number by its trunk', async () => {
    await open({ allowedSipServers: ['pbx.example.com'], trunk: 'cheaprates' })
    const sipParameters = { transport: 'tcp', user: 'ann', password: 'secret', from: '200' }
    await place({ phone: '10#', sipServer: 'pbx.example.com:5070', sipParameters })
    await place()
    expect(line.vendor.calls.map(({ call: { from, to } }) => [from, to])).toEqual([
      [
        '200',
        {
          type: 'sip',
          sipUri: 'sip:10%23@pbx.example.com:5070;transport=tcp',
          auth: { username: 'ann', password: 'secret' },
        },
      ],
      ['+4930111111', { type: 'phone', number: '+4915112345678', trunk: 'cheaprates' }],
    ])
    expect(line.vendor.refused).toEqual([])
  })

  it('takes a call to us: says what it is told to, waits for answers, and hangs up after a long silence', async () => {
    await open({ greeting: 'Hello', silenceSeconds: 10 })
    expect(await verbs('?hook=call')).toEqual([{ verb: 'answer' }, { verb: 'say', text: 'Hello' }, gather('0.0', 0)])
    expect(await verbs('?hook=input&turn=0.0&silent=0', { reason: 'timeout' })).toEqual([gather('0.1', 1)])
    expect(await verbs('?hook=input&turn=0.1&silent=1', { digits: '5' })).toEqual([gather('0.2', 0)])
    expect(await verbs('?hook=input&turn=0.2&silent=1', { reason: 'timeout' })).toEqual([{ verb: 'hangup' }])
  })

  it('declines a call to us where calls are not taken', async () => {
    await open({ inbound: 'reject' })
    expect(await verbs('?hook=call')).toEqual([{ verb: 'sip:decline', status: 486 }])
  })

  it('says what a flow says within a moment together, as each redirection cuts off what is being said', async () => {
    await open({ listen: 'both', digitsPerAnswer: 4 })
    const say = (text: string) =>
      line.adapter.send({ thread: 'j-1', kind: 'call' }, { action: 'message', text }, new AbortController().signal)
    await say('One')
    line.vendor.inject('drop')
    await expect(say('Two')).rejects.toMatchObject({ retryable: true })
    await say('Two')
    const texts = async () => {
      const heard = await verbs(new URL(line.vendor.redirects.at(-1)!.url).search)
      return heard.map((verb) => (verb as { text?: string }).text)
    }
    expect(await texts()).toEqual(['One', 'Two', undefined])
    line.clock.advance(5000)
    await say('Three')
    expect(await texts()).toEqual(['Three', undefined])
    expect((await verbs(new URL(line.vendor.redirects.at(-1)!.url).search))[1]).toMatchObject({
      input: ['digits', 'speech'],
      maxDigits: 4,
    })
  })
})
