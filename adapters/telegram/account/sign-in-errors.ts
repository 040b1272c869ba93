import type { tl } from '@mtcute/core'
import { AppError } from '../../../src/platform/errors.ts'
import type { Connection } from './connection.ts'
import type { Self } from './kept-state.ts'
import { selfOf } from './self-of.ts'
import { refusalOf, vendorError } from './vendor-error.ts'

/** What Telegram refuses in a sign-in, by field and in words (core.telegram.org/method/auth.signIn, auth.checkPassword). */
const faults: Record<string, { field: string; message: string; over?: true }> = {
  PHONE_NUMBER_INVALID: { field: 'phone', message: 'Telegram does not take this for a phone: expected +15550100123.' },
  PHONE_NUMBER_BANNED: { field: 'phone', message: 'Telegram has banned this phone.' },
  PHONE_NUMBER_UNOCCUPIED: {
    field: 'phone',
    message: 'This phone has no Telegram account: make one in the app first.',
  },
  PHONE_NUMBER_FLOOD: { field: 'phone', message: 'Too many codes were asked for with this phone: try again tomorrow.' },
  PHONE_CODE_INVALID: { field: 'code', message: 'This code is wrong.' },
  PHONE_CODE_EMPTY: { field: 'code', message: 'The code is missing.' },
  PHONE_CODE_EXPIRED: { field: 'code', message: 'This code has lapsed: begin the sign-in anew.', over: true },
  PASSWORD_HASH_INVALID: { field: 'password', message: 'This password is wrong.' },
  API_ID_INVALID: { field: 'apiId', message: 'Telegram does not know this apiId with this apiHash.' },
  API_ID_PUBLISHED_FLOOD: {
    field: 'apiId',
    message: 'This apiId is known to everybody: get your own at my.telegram.org/apps.',
  },
}

/** A failed step of the sign-in; a wrong code or password names its field, and nothing of what was typed in. */
export function signInError(error: unknown): AppError {
  const word = refusalOf(error)?.word ?? ''
  const fault = faults[word]
  if (fault) {
    return new AppError('invalid', fault.message, {
      faults: [{ path: fault.field, message: fault.message }],
      detail: { refusal: word, ...(fault.over && { over: true }) },
    })
  }
  if (word === 'SESSION_PASSWORD_NEEDED') {
    return new AppError('invalid', 'The account has a password.', { detail: { refusal: word } })
  }
  return vendorError(error)
}

/** Takes over what Telegram says of who has just signed in. */
export async function authorized({ base }: Connection, answer: tl.auth.TypeAuthorization | tl.RawUser): Promise<Self> {
  if (answer._ === 'auth.authorizationSignUpRequired') {
    throw new AppError('invalid', 'This phone has no Telegram account: make one in the app first.', {
      faults: [{ path: 'phone', message: 'has no Telegram account' }],
    })
  }
  // After a password the library has noted it itself.
  return selfOf(answer._ === 'user' ? answer : await base.notifyLoggedIn(answer))
}
