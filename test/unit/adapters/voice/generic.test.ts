import { afterEach, describe, expect, it } from 'vitest'
import { incomingAnswerSchema } from '../../../../adapters/voice/generic/contract.ts'
import type { CallRequest } from '../../../../src/conversations/abilities.ts'
import { genericEvent, genericLine, hookUrl, secret, signedHook } from './line.ts'

let line: Awaited<ReturnType<typeof genericLine>>
const open = async (...given: Parameters<typeof genericLine>) => {
  line = await genericLine(...given)
}
afterEach(() => line.stop())

const call: CallRequest = {
  phone: '+4915112345678',
  sipParameters: {},
  record: false,
  ringSeconds: 30,
  maxSeconds: 60,
}
const place = (over: Partial<CallRequest> = {}, key = '1:2') => line.adapter.calls!.placeCall({ ...call, ...over }, key)
const hear = (event: unknown, at = line.clock.now()) =>
  line.adapter.receive(signedHook(event, { header: 'x-signature', secret, at }))

describe('a call by the generic contract', () => {
  it('is ordered with everything that the phone system has to know', async () => {
    await open({ allowedSipServers: ['pbx.example.com'], from: '+4930111111', language: 'de-DE' })
    const wanted = {
      sipServer: 'pbx.example.com:5060',
      sipParameters: { transport: 'tcp', user: 'ann', password: 'x y' },
      say: { text: 'Hallo', voice: 'Anna' },
      play: { url: 'https://example.com/a.wav' },
      digits: { max: 4, seconds: 8 },
      record: true,
    }
    expect(await place(wanted)).toEqual({ thread: 'pbx-1' })
    expect(line.vendor.placed.get('1:2')?.command).toMatchObject({
      id: 'place:1:2',
      events_url: hookUrl,
      call: {
        key: '1:2',
        to: '+4915112345678',
        from: '+4930111111',
        sip_server: 'pbx.example.com:5060',
        sip_parameters: { transport: 'tcp', user: 'ann', password: 'x y' },
        say: { text: 'Hallo', language: 'de-DE', voice: 'Anna' },
        play: { url: 'https://example.com/a.wav' },
        digits: { max: 4, seconds: 8 },
        record: true,
        ring_seconds: 30,
        max_seconds: 60,
      },
    })
    expect(line.vendor.refused).toEqual([])
  })

  it('is not placed twice with the same key', async () => {
    await open()
    expect(line.adapter.calls?.refusesSecond).toBe(true)
    expect(await place()).toEqual(await place())
    expect(line.vendor.placed.size).toBe(1)
  })

  it('takes a file that we keep along where nobody can fetch it from us', async () => {
    await open({}, { hookUrl: undefined })
    const { kept } = await line.context.files.keep(new TextEncoder().encode('RIFF…'), {
      mime: 'audio/wav',
      maxBytes: 100,
    })
    await place({ play: { kept } })
    const { command } = line.vendor.placed.get('1:2')!
    expect(command.call.play).toEqual({ data: Buffer.from('RIFF…').toString('base64'), mime: 'audio/wav' })
    expect(command.events_url).toBeUndefined()
  })

  it.each([
    ['a number that is none', { phone: '100' }, 'invalid'],
    ['a line break in the number', { phone: '+4930\r\nVia: x' }, 'invalid'],
    ['a SIP server that is not on the list', { sipServer: 'evil.example.com' }, 'forbidden'],
    ['a SIP server that is none', { sipServer: 'pbx;x=y' }, 'invalid'],
    ['a parameter that is not known', { sipParameters: { header: 'x' } }, 'invalid'],
    ['a line break in a parameter', { sipParameters: { from: 'a\r\nb' } }, 'invalid'],
    ['a country that may not be called', { phone: '+8613812345678' }, 'forbidden'],
  ])('is refused before anybody is asked, with %s', async (_, over, code) => {
    await open({ allowedSipServers: ['pbx.example.com'], allowedCountries: ['DE', 'us'] })
    await expect(place(over as Partial<CallRequest>)).rejects.toMatchObject({ code })
    expect(line.vendor.requests).toEqual([])
  })

  it('may go to an internal number of a SIP server on the list, with any port unless one is named', async () => {
    await open({ allowedSipServers: ['pbx.example.com', 'other.example.com:5070'], allowedCountries: ['DE'] })
    await place({ phone: '*100#', sipServer: 'PBX.example.com:5080' })
    await place({ sipServer: 'other.example.com:5070' }, '1:3')
    await expect(place({ sipServer: 'other.example.com' }, '1:4')).rejects.toMatchObject({ code: 'forbidden' })
  })

  it("tells the phone system's own words when it refuses", async () => {
    await open()
    line.vendor.inject('server_error')
    await expect(place()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('maintenance'),
    })
  })
})

describe('an event of the generic contract', () => {
  it('counts for five minutes', async () => {
    await open()
    const at = (minutes: number) => new Date(line.clock.now().getTime() + minutes * 60_000)
    for (const minutes of [-4.9, 0, 4.9]) expect((await hear(genericEvent(), at(minutes))).events).toHaveLength(1)
    for (const minutes of [-5.1, 5.1]) {
      await expect(hear(genericEvent(), at(minutes))).rejects.toMatchObject({
        code: 'unauthenticated',
        message: expect.stringContaining('more than 5 minutes'),
      })
    }
  })

  it('is refused without a signature, with one of another form, or over another body', async () => {
    await open()
    const request = signedHook(genericEvent(), { header: 'x-signature', secret, at: line.clock.now() })
    const refused = async (change: (headers: Headers) => void, body = request.body) => {
      const headers = new Headers(request.headers)
      change(headers)
      await expect(line.adapter.receive({ ...request, headers, body })).rejects.toMatchObject({
        code: 'unauthenticated',
      })
    }
    await refused((headers) => headers.delete('x-signature'))
    await refused((headers) => headers.set('x-signature', 'v1=00'))
    await refused((headers) => headers.set('x-signature', `${headers.get('x-signature')?.slice(0, -1)}g`))
    await refused(() => {}, new TextEncoder().encode(JSON.stringify(genericEvent({ id: 'other' }))))
  })

  it('may carry several signatures while the secret is being changed', async () => {
    await open()
    const request = signedHook(genericEvent(), { header: 'x-signature', secret, at: line.clock.now() })
    request.headers.set('x-signature', `${request.headers.get('x-signature')},v1=${'0'.repeat(64)}`)
    expect((await line.adapter.receive(request)).events).toHaveLength(1)
  })

  it('of an incoming call is answered with what to do, as the settings say', async () => {
    await open({
      greeting: 'Hello',
      greetingUrl: 'https://example.com/hi.wav',
      digitsPerAnswer: 1,
      listen: 'both',
      record: true,
    })
    const { response } = await hear(genericEvent())
    expect(incomingAnswerSchema.parse(JSON.parse(response.body!))).toEqual({
      answer: true,
      stay: true,
      say: { text: 'Hello' },
      play: { url: 'https://example.com/hi.wav' },
      digits: { max: 1, seconds: 60 },
      speech: true,
      record: true,
      max_seconds: 1800,
    })
    expect((await hear(genericEvent({ event: 'call.ringing' }))).response).toEqual({ status: 200 })
  })

  it('of an incoming call is answered with a refusal where calls are not taken', async () => {
    await open({ inbound: 'reject' })
    const { response } = await hear(genericEvent())
    expect(JSON.parse(response.body!)).toEqual({ answer: false, sip_status: 486 })
  })
})
