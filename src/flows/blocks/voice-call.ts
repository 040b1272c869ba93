import { z } from 'zod'
import type { CallRequest } from '../../conversations/abilities.ts'
import type { Capabilities } from '../../conversations/channel.ts'
import { AppError, type Fault, messageOf } from '../../platform/errors.ts'
import { parsePhone } from '../../platform/phone.ts'
import { call, defineBlock, next, type ProjectLookup, type StepContext, waitUntil } from '../block.ts'
import { callOutcomes, type PlacedCallResult } from '../calls/call-result.ts'
import { type CallAnswer, graceSeconds, type WantedCall } from '../calls/place-call.ts'
import { isSipServer, readSipParameters } from '../calls/sip-parameters.ts'
import { channelFault } from './project-faults.ts'
import { saveNeeds, saveValues, targetFault, targetSchema } from './target.ts'
import { templatesIn } from './templates-in.ts'

const optionsSchema = z.strictObject({
  channel: z.string().min(1).max(200).describe('The name of the channel that calls.'),
  phone: z
    .string()
    .min(1)
    .max(500)
    .default('{{ contact.phone }}')
    .describe('Whom to call: a number, or a placeholder that names one. With a SIP server also an internal number.'),
  sipServer: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe("The SIP server that the call goes to, `host` or `host:port`; it has to be on the channel's list."),
  sipParameters: z
    .string()
    .max(2000)
    .default('')
    .describe('`key=value;key=value` of transport, timeout, from, user, password and maxduration.'),
  say: z
    .strictObject({
      text: z.string().min(1).max(3000).describe('What is said once somebody has answered.'),
      language: z.string().max(35).optional().describe('Its language, such as en-GB.'),
      voice: z.string().max(100).optional().describe("A voice of the channel's speech."),
    })
    .optional()
    .describe('A text that is spoken; the channel has to be able to.'),
  play: z
    .union([
      z.strictObject({ url: z.string().min(1).max(2000).describe('The address of a sound file.') }),
      z.strictObject({
        kept: z.string().regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of a kept file, in hex'),
      }),
    ])
    .optional()
    .describe('A sound file that is played, after what is said.'),
  digits: z
    .strictObject({
      max: z.int().min(1).max(32).default(1).describe('At most so many; # ends them early.'),
      seconds: z.int().min(1).max(120).default(10).describe('How long they are waited for.'),
    })
    .optional()
    .describe('Wait for keys to be pressed; the run then leaves by the output `digits`.'),
  saveTo: targetSchema.optional().describe('Where the digits are kept.'),
  record: z.boolean().default(false).describe('Record the call; the recording comes into its conversation.'),
  ringSeconds: z.int().min(1).max(600).default(30).describe('How long it may ring.'),
  maxSeconds: z.int().min(1).max(14_400).default(300).describe('How long the call may take.'),
})
type Options = z.infer<typeof optionsSchema>
type Context = StepContext<Options, (typeof saveNeeds)[number]>

/** What the wait is longer than any call that it waits for, in seconds. */
const patience = 4 * graceSeconds

export const voiceCall = defineBlock({
  type: 'voice-call',
  summary: 'Calls somebody: says a text or plays a file, takes digits, and goes on by what became of the call.',
  kind: 'action',
  options: optionsSchema,
  outputs: ({ digits }) => callOutcomes.filter((outcome) => outcome !== 'digits' || digits !== undefined),
  needs: saveNeeds,
  example: {
    channel: 'Phone line',
    phone: '{{ contact.phone }}',
    sipServer: 'pbx.example.com:5060',
    sipParameters: 'transport=udp;timeout=30',
    say: { text: 'Your car is ready, {{ contact.first_name }}. Press 1 if you come today.', language: 'en-GB' },
    digits: { max: 1, seconds: 10 },
    saveTo: 'run.comes_today',
  },
  templates: ({ phone, sipServer, sipParameters, say, play }) =>
    templatesIn({ phone, sipServer, sipParameters, say, play }, ''),
  check: (options, lookup) => [
    ...lineFaults(options, lookup),
    ...sipFaults(options),
    ...(options.saveTo === undefined ? [] : faultAt('saveTo', targetFault(options.saveTo, lookup))),
  ],
  waits: () => true,
  execute: async (context) => {
    try {
      const wanted = wantedCall(context)
      return call('place-call', wanted, { seconds: wanted.call.ringSeconds + wanted.call.maxSeconds + patience })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return leave(context, { outcome: 'failed', reason: messageOf(error) })
    }
  },
  async resume(context, resumption, state) {
    if (resumption.because !== 'result') {
      return leave(context, { outcome: 'failed', reason: 'Nothing more was heard of the call.' })
    }
    const { result } = resumption
    if (!result.ok) return leave(context, { outcome: 'failed', reason: result.error })
    const answer = result.value as CallAnswer
    if (answer.result) return leave(context, answer.result)
    return waitUntil(new Date(context.now.getTime() + Number(state.seconds ?? 0) * 1000), { call: answer.key })
  },
})

async function leave(context: Context, result: PlacedCallResult) {
  const { saveTo } = context.options
  await saveValues(
    context.act,
    new Map<string, unknown>([
      ['run.call', result],
      ...(saveTo && result.digits !== undefined ? [[saveTo, result.digits] as const] : []),
    ]),
  )
  return next(result.outcome)
}

function wantedCall({ options, render, renderUrl, scope, project }: Context): WantedCall {
  const { channel, say, play, digits, record } = options
  const sipServer = options.sipServer === undefined ? undefined : render(options.sipServer).trim()
  if (sipServer !== undefined && !isSipServer(sipServer)) {
    throw new AppError('invalid', `The SIP server came out as "${sipServer}"; expected host or host:port.`)
  }
  const sipParameters = readSipParameters(options.sipParameters, render)
  const { timeout, maxduration } = sipParameters
  const text = say && render(say.text).trim()
  const request: CallRequest = {
    phone: phoneOf(render(options.phone), [scope.contact.country, project.country], sipServer !== undefined),
    ...(sipServer !== undefined && { sipServer }),
    sipParameters,
    ...(text && { say: { ...say, text } }),
    ...(play && { play: 'url' in play ? { url: renderUrl(play.url) } : play }),
    ...(digits && { digits }),
    record,
    ringSeconds: timeout === undefined ? options.ringSeconds : Number(timeout),
    maxSeconds: maxduration === undefined ? options.maxSeconds : Number(maxduration),
  }
  return { channel, call: request }
}

function phoneOf(text: string, countries: unknown[], internal: boolean): string {
  const written = text.trim()
  if (/[\r\n\0]/.test(written))
    throw new AppError('invalid', 'The phone came out with a line break; expected a number.')
  const phone = parsePhone(
    written,
    countries.filter((country) => typeof country === 'string'),
  )
  if (phone) return phone
  if (internal && /^[0-9*#]{1,32}$/.test(written)) return written
  throw new AppError(
    'invalid',
    `The phone came out as "${written.slice(0, 60)}"; expected a number${internal ? '' : ', and a SIP server where it is an internal one'}.`,
  )
}

/** What the channel cannot do in a call. */
function lineFaults(options: Options, lookup: ProjectLookup): Fault[] {
  const faults = channelFault('channel', options.channel, lookup, 'calls')
  const can = faults.length > 0 ? undefined : lookup.channels.get(options.channel)?.can('call')?.calls
  if (!can) return faults
  const wants: [path: keyof Options, ability: keyof NonNullable<Capabilities['calls']>, what: string][] = [
    ['say', 'speech', 'cannot speak; expected a file to play, or a channel that can'],
    ['play', 'playback', 'cannot play files; expected a text to say'],
    ['digits', 'digits', 'does not hear digits'],
    ['record', 'recording', 'cannot record'],
  ]
  return wants.flatMap(([path, ability, what]) =>
    options[path] && !can[ability] ? [{ path, message: `the channel "${options.channel}" ${what}` }] : [],
  )
}

function sipFaults({ sipServer, sipParameters }: Options): Fault[] {
  const faults: Fault[] = []
  if (sipServer !== undefined && !sipServer.includes('{{') && !isSipServer(sipServer.trim())) {
    faults.push({ path: 'sipServer', message: 'expected host or host:port, such as pbx.example.com:5060' })
  }
  try {
    readSipParameters(sipParameters)
  } catch (error) {
    faults.push({ path: 'sipParameters', message: messageOf(error) })
  }
  return faults
}

function faultAt(path: string, message: string | undefined): Fault[] {
  return message === undefined ? [] : [{ path, message }]
}
