import { AppError } from '../../../src/platform/errors.ts'
import type { sipParameterNames } from '../generic/contract.ts'
import type { Credentials } from './digest.ts'
import type { SipProtocol } from './sip-transport.ts'

export type SipParameters = Partial<Record<(typeof sipParameterNames)[number], string>>

/** What the SIP parameters of a call mean. */
export interface CallParameters {
  protocol: SipProtocol
  /** The user part of our address, or a whole one: `user@host`. */
  from: string | undefined
  credentials: Credentials | undefined
  /** For how long it may ring; undefined leaves it to the call. */
  ringSeconds: number | undefined
  /** Seconds after the answer at which it ends; undefined leaves it to the call. */
  maxSeconds: number | undefined
}

/** Reads the SIP parameters of a call. Throws `invalid` with the name of the wrong one. */
export function readParameters({
  transport,
  timeout,
  from,
  user,
  password,
  maxduration,
}: SipParameters): CallParameters {
  const protocol = (transport || 'udp').toLowerCase()
  if (protocol !== 'udp' && protocol !== 'tcp') throw wrong('transport', transport, 'udp or tcp')
  if ((user === undefined) !== (password === undefined)) {
    throw wrong(user === undefined ? 'user' : 'password', undefined, 'user and password together')
  }
  if (user !== undefined && !/^[\x21-\x7e]{1,128}$/.test(user)) throw wrong('user', user, 'visible ASCII characters')
  return {
    protocol: protocol === 'tcp' ? 'TCP' : 'UDP',
    from: from === undefined ? undefined : readFrom(from),
    credentials: user === undefined || password === undefined ? undefined : { user, password },
    ringSeconds: seconds('timeout', timeout, 600),
    maxSeconds: seconds('maxduration', maxduration, 14_400),
  }
}

/** `+15550100`, `office`, `office@sip.example.com`, also behind `sip:`. */
export function readFrom(text: string): string {
  const plain = text.trim().replace(/^sip:/i, '')
  if (!/^[\w+.*~!-]{1,64}(@[A-Za-z0-9.-]{1,253})?$/.test(plain)) throw wrong('from', text, 'a number, or user@host')
  return plain
}

function seconds(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined
  const number = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0
  if (number < 1 || number > most) throw wrong(name, text, `a whole number of seconds from 1 to ${most}`)
  return number
}

function wrong(name: string, given: string | undefined, expected: string): AppError {
  const is = given === undefined ? 'is missing' : `is ${JSON.stringify(given.slice(0, 100))}`
  return new AppError('invalid', `The SIP parameter ${name} ${is}; expected ${expected}.`)
}
