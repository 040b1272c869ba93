import { AppError } from '../../../src/platform/errors.ts'
import type { SafeHttp } from '../../../src/platform/safe-http/safe-http.ts'
import { signBody } from '../../kit/signed-body.ts'
import { type GenericEvent, signatureHeader } from '../generic/contract.ts'

export interface PostedEvent {
  url: string
  event: GenericEvent
  secret: string
  at: Date
  signal: AbortSignal
}

const timeoutMs = 10_000

/** Sends an event to its receiver; gives the body of the answer, undefined when it has none. Throws when it was not taken. */
export async function postEvent(http: SafeHttp, { url, event, secret, at, signal }: PostedEvent): Promise<unknown> {
  const body = JSON.stringify(event)
  const { status, body: answer } = await http.request({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', [signatureHeader]: signBody(body, secret, at) },
    body,
    timeoutMs,
    signal,
  })
  const text = Buffer.from(answer).toString('utf8')
  if (status < 200 || status > 299) {
    throw new AppError('unavailable', `The receiver answered ${status}: ${text.slice(0, 200)}`, { detail: { status } })
  }
  return readJson(text)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
