import { SendError } from '../../../src/conversations/channel.ts'
import { AppError, messageOf } from '../../../src/platform/errors.ts'

/** What Telegram answered instead of doing it: its word (`PEER_FLOOD`, `FLOOD_WAIT_%d`) and the seconds to wait, where it names some. */
export interface Refusal {
  word: string
  status: number
  seconds?: number
}

/** The refusal that an error of the library is; undefined when the call got no answer. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !('text' in error) || typeof error.text !== 'string') return undefined
  const status = 'code' in error ? Number(error.code) : 0
  const [, named] = /_(\d+)$/.exec(error.text) ?? []
  const seconds = 'seconds' in error ? Number(error.seconds) : Number(named ?? Number.NaN)
  return { word: error.text.replace(/_\d+$/, '_%d'), status, ...(Number.isFinite(seconds) && { seconds }) }
}

/** The session is over, here or for good (core.telegram.org/api/errors: 401, 406). */
export function isSessionLost({ word }: Refusal): boolean {
  return /^(AUTH_KEY_UNREGISTERED|AUTH_KEY_INVALID|AUTH_KEY_DUPLICATED|SESSION_REVOKED|SESSION_EXPIRED|USER_DEACTIVATED(_BAN)?)$/.test(
    word,
  )
}

/** In milliseconds, how long Telegram asks to wait; undefined when it does not. */
export function waitOf({ word, seconds }: Refusal): number | undefined {
  return /^(FLOOD|SLOWMODE|FLOOD_PREMIUM|FLOOD_TEST_PHONE)_WAIT_%d$/.test(word) ? (seconds ?? 1) * 1000 : undefined
}

/** Why nothing can arrive in a chat, in words (core.telegram.org/api/errors). */
const unreachable: Record<string, string> = {
  USER_IS_BLOCKED: 'the person has blocked this account',
  YOU_BLOCKED_USER: 'this account has blocked the person',
  INPUT_USER_DEACTIVATED: 'the person deleted the account',
  USER_PRIVACY_RESTRICTED: 'the person lets only some people write',
  PRIVACY_PREMIUM_REQUIRED: 'the person takes messages of strangers from Premium accounts only',
  ALLOW_PAYMENT_REQUIRED: 'the person takes messages of strangers only for Stars',
  'ALLOW_PAYMENT_REQUIRED_%d': 'the person takes messages of strangers only for Stars',
  PEER_ID_INVALID: 'Telegram knows no such chat of this account',
  USER_ID_INVALID: 'Telegram knows no such person',
  CHAT_ID_INVALID: 'Telegram knows no such group of this account',
  CHANNEL_INVALID: 'Telegram knows no such group of this account',
  CHANNEL_PRIVATE: 'this account is no longer in the group',
  CHAT_FORBIDDEN: 'this account is no longer in the group',
  USER_NOT_PARTICIPANT: 'this account is no longer in the group',
  USER_BANNED_IN_CHANNEL: 'this account may not write in groups',
  CHAT_WRITE_FORBIDDEN: 'this account may not write in the group',
  CHAT_ADMIN_REQUIRED: 'only administrators may write in the group',
  CHAT_GUEST_SEND_FORBIDDEN: 'only members may write in the group',
  CHAT_RESTRICTED: 'Telegram has closed the group',
}

/** What a failed call means for us, in the unified words. */
export function vendorError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const refusal = refusalOf(error)
  if (refusal) return meaningOf(refusal)
  const name = error instanceof Error ? error.constructor.name : ''
  const said = messageOf(error)
  if (name === 'MtPeerNotFoundError') return strangerError(said)
  if (name === 'MtArgumentError') return new AppError('invalid', `The Telegram client refused the call: ${said}`)
  if (name === 'MtTimeoutError' || /abort|timed? ?out/i.test(`${name} ${said}`)) {
    return new AppError('timeout', `The call to Telegram ended before it was answered: ${said}`)
  }
  return new AppError('unavailable', `Telegram could not be reached: ${said}`)
}

/** Somebody whom this account has never met, and who is found neither by name nor by phone. */
export function strangerError(detail: string): SendError {
  const message = `This account cannot find the person: it can write to people and groups that it has met, and by @username or phone. ${detail}`
  return new SendError(message.trim(), { reason: 'unreachable' })
}

function meaningOf(refusal: Refusal): AppError {
  const { word, status } = refusal
  const said = word.replace('%d', String(refusal.seconds ?? ''))
  const waitMs = waitOf(refusal)
  if (waitMs !== undefined) {
    const message = `Telegram asks this account to wait ${waitMs / 1000} s.`
    return new AppError('rate_limited', message, { retryAfterMs: waitMs, detail: { refusal: said } })
  }
  const detail = { refusal: said }
  if (word === 'PEER_FLOOD') return new AppError('forbidden', peerFlood, { detail })
  const why = unreachable[word]
  if (why !== undefined) {
    return new SendError(`Telegram delivers nothing to this chat: ${why} (${said}).`, { reason: 'unreachable' })
  }
  if (isSessionLost(refusal)) {
    return new AppError('unauthenticated', `Telegram has ended this account's session (${said}): sign in again.`, {
      detail,
    })
  }
  if (status >= 500 || status < 0) return new AppError('unavailable', `Telegram failed: ${said}`, { detail })
  if (/TOO_(BIG|LARGE)|FILE_PARTS_INVALID/.test(word))
    return new AppError('too_large', `Telegram refused: ${said}`, { detail })
  return new AppError('invalid', `Telegram refused the call: ${said}`, { detail })
}

/** What PEER_FLOOD means (telegram.org/faq_spam). */
export const peerFlood =
  'Telegram takes this account for a sender of spam (PEER_FLOOD): it may no longer write to or invite people who did not write first. ' +
  'Nothing more is sent through it, so that it is not closed. Ask @SpamBot in Telegram what the limit is and when it ends, then connect the channel anew.'
