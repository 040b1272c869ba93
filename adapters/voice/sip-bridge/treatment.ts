import { AppError } from '../../../src/platform/errors.ts'
import type { SafeHttp } from '../../../src/platform/safe-http/safe-http.ts'
import type { GenericPlay, IncomingAnswer } from '../generic/contract.ts'
import type { Treatment } from './line.ts'
import { readWav, type Sound } from './wav.ts'

/** What the contract says of an answered call. */
export type Ordered = Pick<
  Extract<IncomingAnswer, { answer: true }>,
  'say' | 'play' | 'digits' | 'speech' | 'record' | 'max_seconds'
>

const fetchMs = 10_000
const largestFile = 12_000_000

/** Throws `unsupported` for what the bridge cannot do, so that nobody waits for it. */
export function refuseUnable({ say, speech, record }: Ordered): void {
  const wanted = say ? 'speak (say)' : speech ? 'listen to speech (speech)' : record ? 'record (record)' : undefined
  if (wanted) throw new AppError('unsupported', `The SIP bridge cannot ${wanted}; it plays files and takes keys.`)
}

/** Makes ready what is to happen in a call. Throws when its file cannot be had or played. */
export async function prepareTreatment(http: SafeHttp, ordered: Ordered, stay: boolean): Promise<Treatment> {
  const sound = ordered.play ? await fetchSound(http, ordered.play) : undefined
  return { sound, digits: ordered.digits, stay, maxSeconds: ordered.max_seconds }
}

/** Gets a file to play, from its address or out of the order itself. */
export async function fetchSound(http: SafeHttp, play: GenericPlay): Promise<Sound> {
  if ('data' in play) return readWav(Buffer.from(play.data, 'base64'))
  const { status, body } = await http.request({
    method: 'GET',
    url: play.url,
    timeoutMs: fetchMs,
    maxResponseBytes: largestFile,
  })
  if (status !== 200) {
    throw new AppError('unavailable', `The file to play cannot be had: ${new URL(play.url).host} answered ${status}.`)
  }
  return readWav(body)
}
