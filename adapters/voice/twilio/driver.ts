import { createHash } from 'node:crypto'
import type { CallRequest } from '../../../src/conversations/abilities.ts'
import { type ChannelContext, SendError } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { uuid } from '../../../src/platform/ids.ts'
import { askVendor, type VendorAnswer } from '../ask-vendor.ts'
import type { Heard, VoiceDriver } from '../driver.ts'
import { unknownEvent } from '../happening.ts'
import { publicHook, publicSound } from '../public-sound.ts'
import { recentWords } from '../recent-words.ts'
import type { VoiceSettings } from '../settings.ts'
import { sipAddress } from '../sip-address.ts'
import { greeting, interjection, nextTurn, placedTreatment, type Treatment, type Word, wordOf } from '../treatment.ts'
import { type CallForm, incoming, inputOf, purposeOf, readForm, recordingOf, stepOfStatus } from './read-form.ts'
import { isSigned } from './signature.ts'
import { hangUp, reject, twimlOf } from './twiml.ts'

const usualApi = 'https://api.twilio.com'
/** The longest TwiML that the API takes (twilio.com/docs/voice/api/call-resource#create-a-call-resource). */
const longestTwiml = 4000
/** A recording is fetched whole; an hour of it in MP3 has about 15 MB. */
const largestRecording = 64_000_000

/** Calls by Twilio: its REST API (twilio.com/docs/voice/api) and its webhooks, which are answered with TwiML. */
export function twilioDriver(context: ChannelContext<VoiceSettings>): VoiceDriver {
  const { channel, clock, http } = context
  const { settings } = channel
  const { accountSid, authToken, apiRoot = usualApi } = settings
  const root = `${apiRoot.replace(/\/+$/, '')}/2010-04-01/Accounts/${encodeURIComponent(accountSid!)}`
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
  const recent = recentWords<Word>(clock)

  const hooks = {
    input: (turn: string, silent: number) => publicHook(context, { hook: 'input', turn, silent: String(silent) }),
    status: () => publicHook(context, { hook: 'status' }),
    recording: (sides: Record<string, string>) => publicHook(context, { hook: 'recording', ...sides }),
  }

  function ask(
    method: 'GET' | 'POST',
    path: string,
    fields?: [string, string][],
    signal?: AbortSignal,
    accepted?: number[],
  ): Promise<VendorAnswer> {
    return askVendor(
      http,
      'Twilio',
      {
        method,
        url: `${root}${path}`,
        headers: { authorization, ...(fields && { 'content-type': 'application/x-www-form-urlencoded' }) },
        ...(fields && { body: new URLSearchParams(fields).toString() }),
        signal,
      },
      { accepted, words: (refusal) => (refusal as { message?: string } | undefined)?.message },
    )
  }

  const twiml = (treatment: Treatment, sides: Record<string, string>) =>
    twimlOf(treatment, { input: hooks.input, recording: hooks.recording(sides) })

  async function interject(call: string, word: Word, signal: AbortSignal): Promise<void> {
    let words = recent.together(call, word)
    let said = twiml(interjection(settings, words, uuid().slice(0, 8)), {})
    if (said.length > longestTwiml) {
      words = [word]
      said = twiml(interjection(settings, words, uuid().slice(0, 8)), {})
    }
    const path = `/Calls/${encodeURIComponent(call)}.json`
    const { status } = await ask('POST', path, [['Twiml', said]], signal, [400, 404])
    if (status >= 300) throw await whyNot(path, signal)
    recent.said(call, words)
  }

  /** A call that still rings takes nothing yet; one that is over takes nothing any more. */
  async function whyNot(path: string, signal: AbortSignal): Promise<AppError> {
    const { body } = await ask('GET', path, undefined, signal, [404])
    const { status } = (body ?? {}) as { status?: string }
    if (status === 'queued' || status === 'ringing' || status === 'in-progress') {
      return new AppError('unavailable', `The call is ${status} and takes nothing yet.`, { retryAfterMs: 1000 })
    }
    return new SendError('Twilio says that the call is over.', { reason: 'unreachable' })
  }

  function answerCall(form: CallForm): Heard {
    const treatment = greeting(settings)
    return {
      response: xml(treatment ? twiml(treatment, sidesIn(form)) : reject),
      happenings: incoming(form, treatment !== undefined),
    }
  }

  function answerInput(form: CallForm, query: URLSearchParams): Heard {
    const turn = query.get('turn') ?? '0.0'
    const heard = inputOf(form, turn)
    const silent = heard ? 0 : Number(query.get('silent') ?? 0) + 1
    const next = form.direction === 'inbound' ? nextTurn(settings, turn, silent) : undefined
    return { response: xml(next ? twiml(next, {}) : hangUp), happenings: heard ? [heard] : [] }
  }

  function hearRecording(form: CallForm, query: URLSearchParams): Heard {
    const happening = recordingOf(form, {
      direction: query.get('direction') === 'outbound' ? 'outbound' : 'inbound',
      from: query.get('from') ?? form.fields.get('From') ?? '',
      to: query.get('to') ?? form.fields.get('To') ?? '',
    })
    return { response: { status: 204 }, happenings: happening ? [happening] : [] }
  }

  function hearStatus(form: CallForm): Heard {
    const happening = stepOfStatus(form)
    return happening
      ? { response: { status: 204 }, happenings: [happening] }
      : { response: { status: 204 }, ...unknown(`status ${form.status}`, form.fields) }
  }

  function unknown(what: string, fields: URLSearchParams): Pick<Heard, 'happenings' | 'unknown'> {
    const id = `unknown:${createHash('sha256').update(fields.toString()).digest('hex').slice(0, 32)}`
    return { happenings: [], unknown: unknownEvent(id, clock.now(), what, Object.fromEntries(fields)) }
  }

  return {
    can: { speech: true, playback: true, digits: true, recording: true },
    refusesSecond: false,

    async connect() {
      await ask('GET', '.json')
      const voiceHook = publicHook(context, { hook: 'voice' })
      const found = await ask(
        'GET',
        `/IncomingPhoneNumbers.json?${new URLSearchParams({ PhoneNumber: settings.from! })}`,
      )
      const [number] = (found.body as { incoming_phone_numbers?: { sid: string }[] }).incoming_phone_numbers ?? []
      // A number that was only verified to call from takes no calls.
      if (number) {
        await ask('POST', `/IncomingPhoneNumbers/${encodeURIComponent(number.sid)}.json`, [
          ['VoiceUrl', voiceHook],
          ['VoiceMethod', 'POST'],
          ['StatusCallback', hooks.status()],
          ['StatusCallbackMethod', 'POST'],
        ])
      }
      return settings.from!
    },

    async receive({ headers, body, url }) {
      const fields = new URLSearchParams(new TextDecoder().decode(body))
      const address = publicHook(context) + url.search
      if (!isSigned(headers.get('x-twilio-signature'), address, fields, authToken!)) {
        throw new AppError('unauthenticated', 'The header X-Twilio-Signature is missing or wrong.')
      }
      const form = readForm(fields, clock.now())
      if (!form) return { response: { status: 204 }, ...unknown('no call', fields) }
      switch (url.searchParams.get('hook') ?? purposeOf(form)) {
        case 'voice':
          return answerCall(form)
        case 'input':
          return answerInput(form, url.searchParams)
        case 'recording':
          return hearRecording(form, url.searchParams)
        default:
          return hearStatus(form)
      }
    },

    async place(request) {
      const { ringSeconds, maxSeconds, record, sipParameters } = request
      const from = sipParameters.from ?? settings.from!
      const to = request.sipServer
        ? sipAddress(request.phone, request.sipServer, sipParameters.transport)
        : request.phone
      const sound = request.play && publicSound(request.play, context)
      const said = twiml({ ...placedTreatment(request, sound, settings), record: false }, {})
      if (said.length > longestTwiml) {
        throw new AppError(
          'too_large',
          `What is to be said is too long: ${said.length} signs as TwiML; Twilio takes ${longestTwiml}.`,
        )
      }
      const { body } = await ask('POST', '/Calls.json', [
        ['To', to],
        ['From', from],
        ['Twiml', said],
        ['Timeout', String(Math.min(600, ringSeconds))],
        ['TimeLimit', String(maxSeconds)],
        ['StatusCallback', hooks.status()],
        ['StatusCallbackMethod', 'POST'],
        ...['initiated', 'ringing', 'answered', 'completed'].map((event): [string, string] => [
          'StatusCallbackEvent',
          event,
        ]),
        ...(record ? recordingFields(hooks.recording({ direction: 'outbound', from, to })) : []),
        ...credentials(request),
      ])
      const sid = (body as { sid?: unknown } | undefined)?.sid
      if (typeof sid === 'string' && sid !== '') return sid
      throw new AppError('unavailable', 'Twilio did not tell the sid of the call, so what becomes of it is not known.')
    },

    say: (call, text, signal) => interject(call, wordOf(text, settings), signal),
    play: (call, sound, signal) => interject(call, { play: publicSound(sound, context) }, signal),

    async openRecording(ref) {
      if (!/^RE[0-9a-zA-Z]{1,64}$/.test(ref)) throw new AppError('not_found', 'There is no such recording.')
      const { status, body } = await http.request({
        method: 'GET',
        url: `${root}/Recordings/${ref}.mp3`,
        headers: { authorization },
        maxResponseBytes: largestRecording,
        timeoutMs: 60_000,
      })
      if (status !== 200) throw new AppError('not_found', `Twilio gives no recording ${ref}: status ${status}.`)
      const bytes = body as Uint8Array<ArrayBuffer>
      return { body: new Blob([bytes]).stream(), mime: 'audio/mpeg', size: bytes.byteLength, name: `${ref}.mp3` }
    },
  }
}

function recordingFields(callback: string): [string, string][] {
  return [
    ['Record', 'true'],
    ['RecordingStatusCallback', callback],
    ['RecordingStatusCallbackEvent', 'completed'],
  ]
}

function credentials({ sipServer, sipParameters: { user, password } }: CallRequest): [string, string][] {
  if (!sipServer || !user || !password) return []
  return [
    ['SipAuthUsername', user],
    ['SipAuthPassword', password],
  ]
}

function sidesIn({ fields, direction }: CallForm): Record<string, string> {
  return { direction, from: fields.get('From') ?? '', to: fields.get('To') ?? '' }
}

function xml(body: string): Heard['response'] {
  return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body }
}
