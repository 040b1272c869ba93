import { describe, expect, it } from 'vitest'
import { voiceCall } from '../../../../src/flows/blocks/voice-call.ts'
import { type Given, openChannel, optionFaults, stepper } from './step.ts'

const contact = { first_name: 'Anna', phone: '8 (916) 123-45-67', country: 'RU' }
const line = { channel: 'Phone line' }
const step = (options: Record<string, unknown> = {}, given: Given = {}) =>
  stepper(voiceCall, { ...line, ...options }, { scope: { contact }, ...given })
/** What the channel is asked to do. */
async function wanted(options: Record<string, unknown>, given?: Given) {
  const outcome = await step(options, given).execute()
  if (outcome.do !== 'call') throw new Error(`It does not call: ${JSON.stringify(outcome)}`)
  return outcome.request
}
const answered = (value: unknown) => ({ because: 'result', result: { ok: true, value } }) as const

describe('voice-call', () => {
  it('asks its channel for a call, with everything filled in', async () => {
    const options = {
      sipServer: 'pbx.example.com:5060',
      sipParameters: 'transport=tcp; user={{ contact.first_name }} ;timeout=20;maxduration=90',
      say: { text: 'Hello {{ contact.first_name }}', language: 'en-GB' },
      digits: { max: 4 },
      record: true,
    }
    expect(await wanted(options)).toEqual({
      channel: 'Phone line',
      call: {
        phone: '+79161234567',
        sipServer: 'pbx.example.com:5060',
        sipParameters: { transport: 'tcp', user: 'Anna', timeout: '20', maxduration: '90' },
        say: { text: 'Hello Anna', language: 'en-GB' },
        digits: { max: 4, seconds: 10 },
        record: true,
        ringSeconds: 20,
        maxSeconds: 90,
      },
    })
  })

  it('plays a file at an address with placeholders, or one that we keep', async () => {
    const url = 'https://example.com/{{ contact.first_name }}.wav'
    expect(await wanted({ play: { url } })).toMatchObject({ call: { play: { url: 'https://example.com/Anna.wav' } } })
    const kept = 'a'.repeat(64)
    expect(await wanted({ play: { kept } })).toMatchObject({ call: { play: { kept } } })
  })

  it('takes an internal number where it names a SIP server', async () => {
    expect(await wanted({ phone: '*100#', sipServer: 'pbx' })).toMatchObject({ call: { phone: '*100#' } })
  })

  it.each([
    ['no number', { phone: 'tomorrow' }, /The phone came out as "tomorrow"/],
    ['no number at all', { phone: '{{ run.nothing }}' }, /The phone came out as ""/],
    ['an internal number without a server', { phone: '100' }, /and a SIP server where it is an internal one/],
    ['a line break in the number', { phone: '+79161234567\r\nVia: evil' }, /line break/],
    ['a server that is none', { sipServer: 'pbx.example.com/{{ contact.first_name }}' }, /expected host or host:port/],
    ['a parameter with a line break', { sipParameters: 'user={{ run.evil }}' }, /user: expected no line break/],
    [
      'a parameter that came out wrong',
      { sipParameters: 'timeout={{ contact.first_name }}' },
      /timeout: expected seconds/,
    ],
  ])('leaves by failed, and calls nobody, with %s', async (_, options, reason) => {
    const block = step(options, { scope: { contact, run: { evil: 'a\r\nb' } } })
    expect(await block.execute()).toEqual({ do: 'next', output: 'failed' })
    expect(block.taken).toEqual([
      ['setVariables', { call: { outcome: 'failed', reason: expect.stringMatching(reason) } }],
    ])
  })

  it('waits for the result of the call once it is placed, and gives up long after the call must be over', async () => {
    const block = step({ ringSeconds: 30, maxSeconds: 60 })
    const outcome = await block.execute()
    const state = outcome.do === 'call' ? outcome.state : undefined
    expect(await block.resume(answered({ key: '1:2' }), state)).toMatchObject({
      do: 'wait',
      for: 'time',
      until: new Date('2026-11-02T09:03:30Z'),
      state: { call: '1:2' },
    })
    expect(await block.resume({ because: 'time' })).toEqual({ do: 'next', output: 'failed' })
  })

  it.each(['answered', 'busy', 'no_answer', 'failed'])(
    'leaves by %s, and the run can read what became of the call',
    async (outcome) => {
      const block = step()
      const result = { outcome, seconds: 12 }
      expect(await block.resume(answered({ key: '1:2', result }))).toEqual({ do: 'next', output: outcome })
      expect(block.taken).toEqual([['setVariables', { call: result }]])
    },
  )

  it('keeps the digits, and leaves by digits', async () => {
    const block = step({ digits: {}, saveTo: 'contact.city' })
    const result = { outcome: 'digits', digits: '42' }
    expect(await block.resume(answered({ key: '1:2', result }))).toEqual({ do: 'next', output: 'digits' })
    expect(block.taken).toEqual([
      ['setContact', {}, { city: '42' }],
      ['setVariables', { call: result }],
    ])
  })

  it('leaves by failed when the channel could not place it', async () => {
    const block = step()
    expect(await block.resume({ because: 'result', result: { ok: false, error: 'No credit' } })).toEqual({
      do: 'next',
      output: 'failed',
    })
    expect(block.taken).toEqual([['setVariables', { call: { outcome: 'failed', reason: 'No credit' } }]])
  })

  it('has the output digits only where it waits for some', () => {
    expect(step().outputs).toEqual(['answered', 'busy', 'no_answer', 'failed'])
    expect(step({ digits: {} }).outputs).toEqual(['answered', 'digits', 'busy', 'no_answer', 'failed'])
  })
})

describe('the options of voice-call', () => {
  const bridge = openChannel({ calls: { speech: false, playback: true, digits: true, recording: false } })
  const known = {
    channels: new Map([
      ['Bridge', bridge],
      ['Bot', openChannel({})],
    ]),
  }
  const faults = (options: Record<string, unknown>) => optionFaults(voiceCall, options, known)

  it('are refused where the channel cannot do what they want', () => {
    expect(faults({ channel: 'Bridge', say: { text: 'Hi' }, record: true })).toEqual([
      'say: the channel "Bridge" cannot speak; expected a file to play, or a channel that can',
      'record: the channel "Bridge" cannot record',
    ])
    expect(faults({ channel: 'Bridge', play: { url: 'https://example.com/a.wav' }, digits: {} })).toEqual([])
  })

  it('are refused with a channel that cannot call, or that there is not', () => {
    expect(faults({ channel: 'Bot' })).toEqual([
      expect.stringMatching(/^channel: the channel "Bot" cannot place calls/),
    ])
    expect(faults({ channel: 'Fax' })).toEqual([expect.stringMatching(/^channel: the project has no channel "Fax"/)])
  })

  it.each([
    ['transport=carrier-pigeon', /transport: expected one of udp, tcp, tls/],
    ['colour=red', /"colour" is no parameter; expected transport/],
    ['timeout', /"timeout" has no value/],
    ['timeout=20;timeout=30', /"timeout" stands there twice/],
    ['timeout=0', /timeout: expected seconds from 1 to 600/],
    ['maxduration=99999', /maxduration: expected seconds from 1 to 14400/],
    ['from=a<b', /from: expected no line break/],
  ])('are refused with the SIP parameters %s', (sipParameters, message) => {
    expect(faults({ channel: 'Bridge', sipParameters })).toEqual([
      expect.stringMatching(new RegExp(`^sipParameters: SIP parameters: ${message.source}`)),
    ])
  })

  it('are refused with a SIP server that is none', () => {
    expect(faults({ channel: 'Bridge', sipServer: 'sip:pbx;x=y' })).toEqual([
      'sipServer: expected host or host:port, such as pbx.example.com:5060',
    ])
    expect(faults({ channel: 'Bridge', sipServer: '{{ project.pbx }}' })).toEqual([])
  })
})
