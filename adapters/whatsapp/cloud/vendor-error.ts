import { SendError } from '../../../src/conversations/channel.ts'
import { AppError, type ErrorCode } from '../../../src/platform/errors.ts'

/** The vendor's error object (developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes). */
export interface VendorFault {
  code?: number
  message?: string
  error_subcode?: number
  error_data?: { details?: string } | string
}

/** What a refusal says besides its body. */
export interface Refusal {
  status: number
  fault: VendorFault
  /** `Retry-After` or what the usage headers estimate, in milliseconds. */
  retryAfterMs?: number | undefined
}

/** One message to the same person in six seconds; the vendor advises to wait 4^x seconds, and x is the delivery's own back-off. */
const pairWaitMs = 6_000
const throughputWaitMs = 1_000
/** Limits of calls an hour, of the app and of the account. */
const callsWaitMs = 60_000

/** What a refused call means for us; the vendor's words are kept. */
export function refusalError({ status, fault, retryAfterMs }: Refusal): AppError {
  const { code = 0 } = fault
  const said = saidBy(status, fault)
  const wait = waits[code]
  if (wait !== undefined || (status === 429 && !(code in meanings))) {
    const ms = retryAfterMs ?? wait ?? throughputWaitMs
    return new AppError('rate_limited', `WhatsApp asks to slow down: ${said}`, { retryAfterMs: ms })
  }
  if (unreachable.has(code)) {
    return new SendError(`WhatsApp delivers nothing to this person: ${said}`, { reason: 'unreachable' })
  }
  const meaning = meanings[code]
  if (meaning) {
    const [errorCode, hint] = meaning
    return new AppError(errorCode, hint ? `${hint} WhatsApp says: ${said}` : `WhatsApp refused: ${said}`, {
      retryable: false,
    })
  }
  if (passing.has(code) || status >= 500) return new AppError('unavailable', `WhatsApp failed: ${said}`)
  if (status === 401 || code === 0) return new AppError('unauthenticated', `${renewToken} WhatsApp says: ${said}`)
  if (status === 403 || (code >= 200 && code <= 299)) {
    return new AppError('forbidden', `${askRights} WhatsApp says: ${said}`)
  }
  if (status === 404) return new AppError('not_found', `WhatsApp refused: ${said}`)
  if (status === 413) return new AppError('too_large', `WhatsApp refused: ${said}`)
  return new AppError('invalid', `WhatsApp refused: ${said}`)
}

const waits: Record<number, number> = {
  4: callsWaitMs,
  80007: callsWaitMs,
  130429: throughputWaitMs,
  131056: pairWaitMs,
}

/** Not on WhatsApp, or their app is too old; the number is our own. */
const unreachable: ReadonlySet<number> = new Set([131026, 131021])

/** Faults of the vendor's that pass. */
const passing: ReadonlySet<number> = new Set([1, 2, 131000, 131016, 131057, 133004])

const renewToken = 'The access token is wrong or has expired: put a current one into the settings of the channel.'
const askRights =
  'The access token may not do this: it needs whatsapp_business_messaging and whatsapp_business_management for this account.'
const fixTemplate = 'The template cannot be sent so: look at its name, language, state and gaps.'

const meanings: Record<number, [ErrorCode, string?]> = {
  190: ['unauthenticated', renewToken],
  3: ['forbidden', askRights],
  10: ['forbidden', askRights],
  131005: ['forbidden', askRights],
  33: ['not_found', 'There is no such number or file: look at phoneNumberId and businessAccountId.'],
  131047: [
    'conflict',
    'More than 24 hours have passed since the person wrote last: only a template can be sent to them now.',
  ],
  131048: ['conflict', 'The number may not send now, because too many people blocked it or called it spam.'],
  131049: ['conflict'],
  131050: ['conflict', 'The person wants no marketing messages from this business.'],
  130472: ['conflict'],
  131030: ['forbidden', 'A test number writes only to the numbers on its list of recipients.'],
  368: ['forbidden', 'The account is restricted for breaking a rule.'],
  130497: ['forbidden', 'The account may not write to people of this country.'],
  131031: ['forbidden', 'The account is locked.'],
  131042: ['conflict', 'The account cannot pay: look at its billing.'],
  131045: ['conflict', 'The number is not registered for the Cloud API.'],
  133010: ['conflict', 'The number is not registered for the Cloud API.'],
  131062: [
    'unsupported',
    'This message can only be sent to a phone number, and the number of this person is not known.',
  ],
  132000: ['invalid', fixTemplate],
  132001: ['invalid', fixTemplate],
  132005: ['invalid', fixTemplate],
  132007: ['invalid', fixTemplate],
  132012: ['invalid', fixTemplate],
  132015: ['conflict', fixTemplate],
  132016: ['conflict', fixTemplate],
}

function saidBy(status: number, { code, message, error_data: data }: VendorFault): string {
  const details = typeof data === 'string' ? data : data?.details
  const words = [message, details].filter((word) => word).join(': ') || `status ${status}`
  return (message?.includes(`#${code}`) || code === undefined ? words : `${code}: ${words}`).slice(0, 600)
}
