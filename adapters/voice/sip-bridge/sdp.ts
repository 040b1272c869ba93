import { randomInt } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { type Codec, codecs } from './g711.ts'

/** What the other side said about its audio. */
export interface RemoteAudio {
  /** IPv4. `0.0.0.0` is the old way of putting a call on hold. */
  address: string
  port: number
  codec: Codec
  /** The payload type of its telephone events (RFC 4733); undefined when it knows none. */
  digits: number | undefined
  /** As it said it: `sendonly` wants to hear nothing of us, which is how a call is put on hold. */
  mode: Mode
  /** Whether it wants to hear us. */
  listens: boolean
}

type Mode = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

export interface LocalAudio {
  address: string
  port: number
}

/** The number of our telephone events where we offer first; the one that most use. */
const ownDigits = 101

/** The description that we send with an INVITE: PCMU, PCMA and telephone events. */
export function offerAudio(own: LocalAudio): string {
  return describe(own, codecs, ownDigits, 'sendrecv')
}

/** The description that we answer an offer with: the codec that was chosen from it, and its number for telephone events. */
export function answerAudio(own: LocalAudio, { codec, digits, mode }: RemoteAudio): string {
  return describe(own, [codec], digits, answers[mode])
}

/** Reads an offer or an answer; undefined when it holds no audio over RTP that we can take part in. */
export function readAudio(text: string): RemoteAudio | undefined {
  const [session = [], ...media] = sections(text)
  const audio = media.find((lines) => /^m=audio /.test(lines[0]!))
  if (!audio) return undefined
  const [, port = '', formats = ''] = /^m=audio (\d{1,5})(?:\/1)? RTP\/AVP ([\d ]{1,200})$/.exec(audio[0]!.trim()) ?? []
  const address = connectionOf(audio) ?? connectionOf(session)
  const numbers = formats.split(' ').filter(Boolean).map(Number)
  const codec = numbers.map((number) => codecs.find(({ payload }) => payload === number)).find((found) => found)
  if (!codec || address === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined
  const mode = modeOf(audio) ?? modeOf(session) ?? 'sendrecv'
  const listens = (mode === 'sendrecv' || mode === 'recvonly') && address !== '0.0.0.0'
  return { address, port: Number(port), codec, digits: digitsOf(audio, numbers), mode, listens }
}

const answers = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' } as const

function describe(
  { address, port }: LocalAudio,
  offered: readonly Codec[],
  digits: number | undefined,
  mode: Mode,
): string {
  const id = randomInt(1, 2 ** 31)
  const numbers = [...offered.map(({ payload }) => payload), ...(digits === undefined ? [] : [digits])]
  const lines = [
    'v=0',
    `o=- ${id} ${id} IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${numbers.join(' ')}`,
    ...offered.map(({ payload, name }) => `a=rtpmap:${payload} ${name}/8000`),
    ...(digits === undefined ? [] : [`a=rtpmap:${digits} telephone-event/8000`, `a=fmtp:${digits} 0-15`]),
    'a=ptime:20',
    `a=${mode}`,
  ]
  return `${lines.join('\r\n')}\r\n`
}

/** The lines of the session, then those of each medium. */
function sections(text: string): string[][] {
  const found: string[][] = [[]]
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('m=')) found.push([])
    found.at(-1)!.push(line)
  }
  return found
}

function connectionOf(lines: readonly string[]): string | undefined {
  const [, address = ''] = lines.map((line) => /^c=IN IP4 ([\d.]+)/.exec(line)).find((match) => match) ?? []
  return isIPv4(address) ? address : undefined
}

function modeOf(lines: readonly string[]): Mode | undefined {
  const named = lines.map((line) => /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/.exec(line)?.[1])
  return named.find((mode) => mode) as Mode | undefined
}

function digitsOf(lines: readonly string[], numbers: readonly number[]): number | undefined {
  const named = lines.map((line) => /^a=rtpmap:(\d{1,3}) telephone-event\/8000/i.exec(line)?.[1])
  return named.map(Number).find((number) => numbers.includes(number))
}
