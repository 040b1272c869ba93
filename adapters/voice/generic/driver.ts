import { createHash } from 'node:crypto'
import type { CallRequest } from '../../../src/conversations/abilities.ts'
import { type ChannelContext, SendError } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { faultsOf } from '../../../src/platform/faults.ts'
import { uuid } from '../../../src/platform/ids.ts'
import type { SafeHttp } from '../../../src/platform/safe-http/safe-http.ts'
import { signatureFault, signBody } from '../../kit/signed-body.ts'
import { askVendor } from '../ask-vendor.ts'
import type { Heard, Sound, VoiceDriver } from '../driver.ts'
import { unknownEvent } from '../happening.ts'
import type { VoiceSettings } from '../settings.ts'
import {
  type GenericCommand,
  type GenericPlay,
  genericEventSchema,
  type IncomingAnswer,
  placedSchema,
  refusalSchema,
  signatureHeader,
} from './contract.ts'
import { happeningOf } from './happening-of.ts'

/** A command before it has its id and moment. */
type Order = GenericCommand extends infer C ? (C extends GenericCommand ? Omit<C, 'id' | 'at'> : never) : never

export interface GenericOptions {
  /** Where commands are posted. */
  url: string
  /** Whether the other side can speak; a text is refused where it cannot. */
  speech: boolean
  /** What posts the commands: guarded, but for what this program has started itself. */
  http: Pick<SafeHttp, 'request'>
  /** What it is called in messages to people. */
  name: string
  /** Where events go, where the other side was not told. */
  eventsUrl: string | undefined
}

/** The largest file that is sent along because nobody can fetch it from us, in bytes. */
const largestSound = 10_000_000

/** Calls by a phone system that speaks the generic contract. */
export function genericDriver(context: ChannelContext<VoiceSettings>): VoiceDriver {
  const { url } = context.channel.settings
  return contractDriver(context, {
    url: url!,
    speech: true,
    http: context.http,
    name: 'The phone system',
    eventsUrl: context.hookUrl,
  })
}

/** The same for any other side of the contract. */
export function contractDriver(context: ChannelContext<VoiceSettings>, options: GenericOptions): VoiceDriver {
  const { clock, files, channel } = context
  const { settings } = channel
  const secret = settings.secret!
  const { name } = options

  async function order(command: Order, signal?: AbortSignal) {
    const body = JSON.stringify({ ...command, id: commandId(command), at: clock.now().toISOString() })
    return askVendor(
      options.http,
      name,
      {
        method: 'POST',
        url: options.url,
        headers: { 'content-type': 'application/json', [signatureHeader]: signBody(body, secret, clock.now()) },
        body,
        signal,
      },
      { accepted: [404, 410], words: (refusal) => refusalSchema.safeParse(refusal).data?.error },
    )
  }

  /** In a call that goes on; one that is over takes nothing any more. */
  async function inCall(command: Order, signal: AbortSignal): Promise<void> {
    const { status } = await order(command, signal)
    if (status < 300) return
    throw new SendError(`${name} says that the call is over.`, { reason: 'unreachable' })
  }

  async function playOf(sound: Sound): Promise<GenericPlay> {
    const url = 'url' in sound ? sound.url : files.link(sound.kept, 3600)
    if (url !== undefined) return { url }
    const file = await files.open((sound as { kept: string }).kept)
    if (file.size > largestSound) throw new AppError('too_large', `The file has more than ${largestSound} bytes.`)
    const bytes = new Uint8Array(await new Response(file.body).arrayBuffer())
    return { data: Buffer.from(bytes).toString('base64'), mime: file.mime }
  }

  return {
    can: { speech: options.speech, playback: true, digits: true, recording: options.speech },
    refusesSecond: true,

    async connect() {
      const { status } = await order({ command: 'ping', ...eventsUrl(options) })
      if (status < 300) return settings.from ?? new URL(options.url).host
      throw new AppError('not_found', `${name} is not to be found at ${options.url}.`)
    },

    async receive(request): Promise<Heard> {
      const fault = signatureFault(
        { header: request.headers.get(signatureHeader), body: request.body },
        secret,
        clock.now(),
      )
      if (fault) throw new AppError('unauthenticated', `The header X-Signature cannot be trusted: ${fault}.`)
      const told = readJson(request.body)
      const event = genericEventSchema.safeParse(told)
      if (!event.success) {
        const id = `unknown:${createHash('sha256').update(request.body).digest('hex').slice(0, 32)}`
        const what = faultsOf(event.error)
          .map(({ path, message }) => `${path}: ${message}`)
          .join('; ')
        return { response: { status: 200 }, happenings: [], unknown: unknownEvent(id, clock.now(), what, told) }
      }
      return { response: answerTo(event.data.event, settings), happenings: [happeningOf(event.data)] }
    },

    async place(request, key) {
      const { status, body } = await order({
        command: 'place',
        ...eventsUrl(options),
        call: {
          key,
          to: request.phone,
          ...(settings.from !== undefined && { from: settings.from }),
          ...(request.sipServer !== undefined && { sip_server: request.sipServer }),
          sip_parameters: request.sipParameters,
          ...(request.say && { say: spoken(request.say, settings) }),
          ...(request.play && { play: await playOf(request.play) }),
          ...(request.digits && { digits: request.digits }),
          record: request.record,
          max_seconds: request.maxSeconds,
          ring_seconds: request.ringSeconds,
        },
      })
      const placed = placedSchema.safeParse(body)
      if (status < 300 && placed.success) return placed.data.call.id
      throw new AppError(
        'unavailable',
        `${name} did not answer with { "call": { "id": … } }, so what becomes of the call is not known.`,
      )
    },

    say: (call, text, signal) => inCall({ command: 'say', call_id: call, say: spoken({ text }, settings) }, signal),
    play: async (call, sound, signal) => inCall({ command: 'play', call_id: call, play: await playOf(sound) }, signal),
  }
}

/** The same call is ordered once, however often it is asked for. */
function commandId(command: Order): string {
  return command.command === 'place' ? `place:${command.call.key}` : uuid()
}

function eventsUrl({ eventsUrl: url }: GenericOptions) {
  return url === undefined ? {} : { events_url: url }
}

function spoken({ text, language, voice }: NonNullable<CallRequest['say']>, settings: VoiceSettings) {
  const [tongue, person] = [language ?? settings.language, voice ?? settings.voice]
  return { text, ...(tongue && { language: tongue }), ...(person && { voice: person }) }
}

function answerTo(event: string, settings: VoiceSettings) {
  if (event !== 'call.incoming') return { status: 200 }
  const { greeting, greetingUrl, digitsPerAnswer, silenceSeconds } = settings
  const answer: IncomingAnswer =
    settings.inbound === 'reject'
      ? { answer: false, sip_status: 486 }
      : {
          answer: true,
          stay: true,
          ...(greeting && { say: spoken({ text: greeting }, settings) }),
          ...(greetingUrl && { play: { url: greetingUrl } }),
          digits: { max: digitsPerAnswer ?? 64, seconds: Math.min(300, silenceSeconds) },
          ...(settings.listen !== 'digits' && { speech: true }),
          record: settings.record,
          max_seconds: settings.maxSeconds,
        }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) }
}

function readJson(body: Uint8Array): unknown {
  const text = new TextDecoder().decode(body)
  try {
    return JSON.parse(text)
  } catch {
    return text.slice(0, 10_000)
  }
}
