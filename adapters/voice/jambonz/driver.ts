import { createHash } from 'node:crypto'
import type { CallRequest } from '../../../src/conversations/abilities.ts'
import { type ChannelContext, SendError } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { uuid } from '../../../src/platform/ids.ts'
import type { SafeRequest } from '../../../src/platform/safe-http/safe-http.ts'
import { signatureFault } from '../../kit/signed-body.ts'
import { askVendor } from '../ask-vendor.ts'
import type { Heard, VoiceDriver } from '../driver.ts'
import { unknownEvent } from '../happening.ts'
import { publicHook, publicSound } from '../public-sound.ts'
import { recentWords } from '../recent-words.ts'
import type { VoiceSettings } from '../settings.ts'
import { sipAddress } from '../sip-address.ts'
import { greeting, interjection, nextTurn, placedTreatment, type Treatment, type Word, wordOf } from '../treatment.ts'
import { type CallInfo, callInfoSchema, incoming, inputOf, inputSchema, stepOfStatus } from './read-hook.ts'
import { type Verb, verbsOf } from './verbs.ts'

/** Calls by jambonz: its REST API (docs.jambonz.org/reference) and its hooks, which are answered with verbs. */
export function jambonzDriver(context: ChannelContext<VoiceSettings>): VoiceDriver {
  const { channel, clock, http, state } = context
  const { settings } = channel
  const account = `/v1/Accounts/${encodeURIComponent(settings.accountSid!)}`
  const recent = recentWords<Word>(clock)

  const ask = (
    method: SafeRequest['method'],
    path: string,
    body?: unknown,
    signal?: AbortSignal,
    accepted?: number[],
  ) =>
    askVendor(
      http,
      'jambonz',
      {
        method,
        url: `${settings.apiRoot!.replace(/\/+$/, '')}${path}`,
        headers: { authorization: `Bearer ${settings.apiKey}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal,
      },
      { accepted, words: (refusal) => (refusal as { msg?: string } | undefined)?.msg },
    )

  const hook = (query: Record<string, string>) => ({ url: publicHook(context, query), method: 'POST' })
  const inputHook = (turn: string, silent: number) =>
    publicHook(context, { hook: 'input', turn, silent: String(silent) })
  const verbs = (treatment: Treatment | undefined) => (treatment ? verbsOf(treatment, inputHook) : [{ verb: 'hangup' }])

  async function interject(call: string, word: Word, signal: AbortSignal): Promise<void> {
    const words = recent.together(call, word)
    await state.write(treatmentName(call), JSON.stringify(interjection(settings, words, uuid().slice(0, 8))))
    const { status } = await ask(
      'PUT',
      `${account}/Calls/${encodeURIComponent(call)}`,
      { call_hook: hook({ hook: 'call', does: call }) },
      signal,
      [404, 422],
    )
    if (status >= 300) throw new SendError('jambonz says that the call is over.', { reason: 'unreachable' })
    recent.said(call, words)
  }

  /** What a call that we placed, or have something to say in, is to hear. */
  async function kept(does: string): Promise<Treatment | undefined> {
    const text = await state.read(treatmentName(does))
    return text === undefined ? undefined : (JSON.parse(text) as Treatment)
  }

  async function answerCall(info: CallInfo, does: string | null): Promise<Heard> {
    if (does !== null || info.direction === 'outbound') {
      return { response: json(verbs(await kept(does ?? info.call_sid))), happenings: [] }
    }
    const treatment = greeting(settings)
    const refusal: Verb[] = [{ verb: 'sip:decline', status: 486 }]
    return {
      response: json(treatment ? [{ verb: 'answer' }, ...verbs(treatment)] : refusal),
      happenings: [incoming(info, clock.now())],
    }
  }

  function answerInput(info: CallInfo, body: unknown, query: URLSearchParams): Heard {
    const turn = query.get('turn') ?? '0.0'
    const heard = inputOf(info, inputSchema.parse(body), turn, clock.now())
    const silent = heard ? 0 : Number(query.get('silent') ?? 0) + 1
    const next = info.direction === 'inbound' ? nextTurn(settings, turn, silent) : undefined
    return { response: json(verbs(next)), happenings: heard ? [heard] : [] }
  }

  async function hearStatus(info: CallInfo, does: string | null): Promise<Heard> {
    const happening = stepOfStatus(info, clock.now())
    if (!happening) return { response: { status: 200 }, ...unknown(`status ${info.call_status}`, info) }
    if (['completed', 'busy', 'no_answer', 'failed'].includes(happening.step)) {
      for (const name of [info.call_sid, does ?? placedName(info.customerData?.key)])
        await state.write(treatmentName(name), undefined)
    }
    // An incoming call is told by the hook that asks what to do with it.
    const isTold = info.direction === 'inbound' && happening.step === 'initiated'
    return { response: { status: 200 }, happenings: isTold ? [] : [happening] }
  }

  function unknown(what: string, raw: unknown): Pick<Heard, 'happenings' | 'unknown'> {
    const id = `unknown:${createHash('sha256').update(JSON.stringify(raw)).digest('hex').slice(0, 32)}`
    return { happenings: [], unknown: unknownEvent(id, clock.now(), what, raw) }
  }

  return {
    can: { speech: true, playback: true, digits: true, recording: false },
    refusesSecond: false,

    async connect() {
      await ask('GET', account)
      await ask('PUT', `/v1/Applications/${encodeURIComponent(settings.applicationSid!)}`, {
        call_hook: hook({ hook: 'call' }),
        call_status_hook: hook({ hook: 'status' }),
      })
      return settings.from!
    },

    async receive({ headers, body, url }) {
      const fault = signatureFault(
        { header: headers.get('jambonz-signature'), body },
        settings.webhookSecret!,
        clock.now(),
      )
      if (fault) throw new AppError('unauthenticated', `The header Jambonz-Signature cannot be trusted: ${fault}.`)
      const told = readJson(body)
      const info = callInfoSchema.safeParse(told)
      if (!info.success) return { response: { status: 200 }, ...unknown('no call', told) }
      const does = url.searchParams.get('does')
      switch (url.searchParams.get('hook')) {
        case 'call':
          return answerCall(info.data, does)
        case 'input':
          return answerInput(info.data, told, url.searchParams)
        default:
          return hearStatus(info.data, does)
      }
    },

    async place(request, key) {
      const sound = request.play && publicSound(request.play, context)
      const does = placedName(key)
      const treatment = JSON.stringify(placedTreatment(request, sound, settings))
      await state.write(treatmentName(does), treatment)
      const { body } = await ask('POST', `${account}/Calls`, {
        application_sid: settings.applicationSid,
        from: request.sipParameters.from ?? settings.from,
        to: targetOf(request, settings),
        call_hook: hook({ hook: 'call', does }),
        call_status_hook: hook({ hook: 'status', does }),
        timeout: request.ringSeconds,
        timeLimit: request.maxSeconds,
        tag: { key },
      })
      const sid = (body as { sid?: unknown } | undefined)?.sid
      if (typeof sid === 'string' && sid !== '') {
        // The hooks of its application may go before those of the call, and they know it by its sid alone.
        await state.write(treatmentName(sid), treatment)
        return sid
      }
      throw new AppError('unavailable', 'jambonz did not tell the sid of the call, so what becomes of it is not known.')
    },

    say: (call, text, signal) => interject(call, wordOf(text, settings), signal),
    play: (call, sound, signal) => interject(call, { play: publicSound(sound, context) }, signal),
  }
}

function targetOf({ phone, sipServer, sipParameters }: CallRequest, { trunk }: VoiceSettings) {
  const { user: username, password, transport } = sipParameters
  if (sipServer === undefined) return { type: 'phone', number: phone, ...(trunk && { trunk }) }
  return {
    type: 'sip',
    sipUri: sipAddress(phone, sipServer, transport),
    ...(username && password && { auth: { username, password } }),
  }
}

/** The name of a call that we placed, before it has a sid. */
function placedName(key: unknown): string {
  return `placed:${key}`
}

function treatmentName(does: string): string {
  return `call:${does}`
}

function json(verbs: Verb[]): Heard['response'] {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(verbs) }
}

function readJson(body: Uint8Array): unknown {
  const text = new TextDecoder().decode(body)
  try {
    return JSON.parse(text)
  } catch {
    return text.slice(0, 10_000)
  }
}
