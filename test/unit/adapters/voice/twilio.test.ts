import { afterEach, describe, expect, it } from 'vitest'
import { twilioSignature } from '../../../../adapters/voice/twilio/signature.ts'
import type { CallRequest } from '../../../../src/conversations/abilities.ts'
import { checkTwiml } from '../../../doubles/voice/twilio-api.ts'
import { hookUrl, twilioHook, twilioLine } from './line.ts'

let line: Awaited<ReturnType<typeof twilioLine>>
const open = async (...given: Parameters<typeof twilioLine>) => {
  line = await twilioLine(...given)
}
afterEach(() => line?.stop())

const sid = 'CA00000000000000000000000000000001'
const call: CallRequest = {
  phone: '+4915112345678',
  sipParameters: {},
  say: { text: 'Tom & "Ann" <3', language: 'en-GB', voice: 'Polly.Amy' },
  digits: { max: 4, seconds: 8 },
  record: true,
  ringSeconds: 30,
  maxSeconds: 60,
}
const place = (over: Partial<CallRequest> = {}) => line.adapter.calls!.placeCall({ ...call, ...over }, '1:2')
const info = {
  CallSid: sid,
  Direction: 'inbound',
  From: '+4915112345678',
  To: '+14155550100',
  CallStatus: 'in-progress',
}
/** The TwiML that Twilio is answered. */
async function twiml(query: string, over: Record<string, string> = {}) {
  const { response } = await line.adapter.receive(twilioHook({ ...info, ...over }, query))
  expect(response.headers?.['content-type']).toMatch(/^text\/xml/)
  checkTwiml(response.body!)
  return response.body!.replace('<?xml version="1.0" encoding="UTF-8"?>', '')
}
const xmlUrl = (query: string) => `${hookUrl}${query}`.replaceAll('&', '&amp;')
const gather = (turn: string, silent: number, inner = '') =>
  `<Response><Gather input="dtmf" action="${xmlUrl(`?hook=input&turn=${turn}&silent=${silent}`)}" method="POST" timeout="5" actionOnEmptyResult="true" finishOnKey="#">${inner}</Gather></Response>`
const say = (text: string) =>
  line.adapter.send({ thread: sid, kind: 'call' }, { action: 'message', text }, new AbortController().signal)

describe('a line by Twilio', () => {
  it("signs as Twilio's documentation shows", () => {
    // The example of twilio.com/docs/usage/security#validating-requests.
    const fields = new URLSearchParams({
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675310',
      Digits: '1234',
      From: '+14158675310',
      To: '+18005551212',
    })
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2'
    expect(twilioSignature(url, fields, '12345')).toBe('GvWf1cFY/Q7PnoempGyD5oXAezc=')
  })

  it('takes a signature over the address with the port that goes without saying, and none over another', async () => {
    await open()
    const fields = { ...info, Digits: '1' }
    const query = '?hook=input&turn=0.1&silent=0'
    const request = twilioHook(fields, query)
    const signed = (url: string) => {
      const signature = twilioSignature(url, new URLSearchParams(fields), 'token-1')
      request.headers.set('x-twilio-signature', signature)
      return line.adapter.receive(request)
    }
    const withPort = hookUrl.replace('chat.example.com', 'chat.example.com:443') + query
    expect((await signed(withPort)).events).toHaveLength(1)
    await expect(signed(`${hookUrl}?hook=voice`)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('points its number to us when it is connected', async () => {
    await open()
    expect(await line.adapter.connect()).toEqual({ address: '+14155550100' })
    expect(Object.fromEntries(line.vendor.number!)).toEqual({
      VoiceUrl: `${hookUrl}?hook=voice`,
      VoiceMethod: 'POST',
      StatusCallback: `${hookUrl}?hook=status`,
      StatusCallbackMethod: 'POST',
    })
  })

  it('places a call with all that happens in it', async () => {
    await open()
    expect(await place({ play: { url: 'https://example.com/a.wav?x=1&y=2' } })).toEqual({
      thread: 'CA00000000000000000000000000000001',
    })
    const { fields } = line.vendor.calls[0]!
    expect(fields.getAll('StatusCallbackEvent')).toEqual(['initiated', 'ringing', 'answered', 'completed'])
    expect(Object.fromEntries(fields)).toMatchObject({
      To: '+4915112345678',
      From: '+14155550100',
      Timeout: '30',
      TimeLimit: '60',
      Record: 'true',
      StatusCallback: `${hookUrl}?hook=status`,
    })
    expect(new URL(fields.get('RecordingStatusCallback')!).searchParams.get('to')).toBe('+4915112345678')
    const xml = fields.get('Twiml')
    expect(xml).toContain(
      '<Say language="en-GB" voice="Polly.Amy">Tom &amp; &quot;Ann&quot; &lt;3</Say><Play>https://example.com/a.wav?x=1&amp;y=2</Play>',
    )
    expect(xml).toContain('timeout="8" actionOnEmptyResult="true" finishOnKey="#" numDigits="4"')
    const answered = { Direction: 'outbound-api' }
    expect(await twiml('?hook=input&turn=placed.0&silent=0', { ...answered, Digits: '1' })).toBe(
      '<Response><Hangup/></Response>',
    )
    expect(line.vendor.refused).toEqual([])
  })

  it('calls a SIP server with its credentials', async () => {
    await open({ allowedSipServers: ['pbx.example.com'] })
    const sipParameters = { transport: 'tls', user: 'ann', password: 'secret' }
    await place({ phone: '100', sipServer: 'pbx.example.com', sipParameters, record: false })
    expect(Object.fromEntries(line.vendor.calls[0]!.fields)).toMatchObject({
      To: 'sip:100@pbx.example.com;transport=tls',
      SipAuthUsername: 'ann',
      SipAuthPassword: 'secret',
    })
  })

  it('says so when a text is longer than Twilio takes', async () => {
    await open()
    await expect(place({ say: { text: '&'.repeat(1000) } })).rejects.toMatchObject({ code: 'too_large' })
    expect(line.vendor.calls).toEqual([])
  })

  it('takes a call to us: says what it is told to, waits for answers, and hangs up after a long silence', async () => {
    await open({ greeting: 'Hello', silenceSeconds: 10 })
    expect(await twiml('?hook=voice', { CallStatus: 'ringing' })).toBe(gather('0.0', 0, '<Say>Hello</Say>'))
    expect(await twiml('?hook=input&turn=0.0&silent=0', { Digits: '' })).toBe(gather('0.1', 1))
    expect(await twiml('?hook=input&turn=0.1&silent=1', { Digits: '5' })).toBe(gather('0.2', 0))
    expect(await twiml('?hook=input&turn=0.2&silent=1')).toBe('<Response><Hangup/></Response>')
  })

  it('records a call to us where it is to', async () => {
    await open({ record: true })
    const query = `?hook=recording&direction=inbound&from=%2B4915112345678&to=%2B14155550100`
    expect(await twiml('?hook=voice', { CallStatus: 'ringing' })).toContain(
      `<Start><Recording recordingStatusCallback="${xmlUrl(query)}" recordingStatusCallbackEvent="completed"/></Start>`,
    )
  })

  it('rejects a call to us where calls are not taken, and tells it as not answered', async () => {
    await open({ inbound: 'reject' })
    expect(await twiml('?hook=voice', { CallStatus: 'ringing' })).toBe('<Response><Reject reason="busy"/></Response>')
    const { events } = await line.adapter.receive(twilioHook({ ...info, CallStatus: 'ringing' }, '?hook=voice'))
    expect(events).toHaveLength(1)
  })

  it('tries again later to say something in a call that still rings, and not in one that is over', async () => {
    await open()
    line.vendor.status.set(sid, 'ringing')
    await expect(say('Hello')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    line.vendor.status.set(sid, 'in-progress')
    await say('Hello')
    expect(line.vendor.updates.map((update) => update.twiml.match(/<Say>.*<\/Say>/)?.[0])).toEqual(['<Say>Hello</Say>'])
    line.vendor.status.set(sid, 'completed')
    await expect(say('Bye')).rejects.toMatchObject({ failure: { reason: 'unreachable' } })
  })

  it('says the new alone when it would be too long together with what was said just before', async () => {
    await open()
    for (const letter of ['a', '&']) await say(letter.repeat(650))
    const [, second] = line.vendor.updates
    expect(second!.twiml).not.toContain('aaa')
    expect(line.vendor.refused).toEqual([])
  })
})
