import type { Connection } from './connection.ts'
import type { Self } from './kept-state.ts'
import { selfOf } from './self-of.ts'

/** A sign-in by a code that another device of the account scans (core.telegram.org/api/qr-login). */
export interface QrSignIn {
  /** Resolves when there is something to show: the first code. */
  shown: Promise<void>
  ended: Promise<Self>
  /** Tries a password; resolves when it was right, and throws what Telegram says otherwise. */
  givePassword(password: string): Promise<Self>
  abandon(): void
}

export function startQrSignIn(
  { client }: Connection,
  show: { onCode(code: string, until: Date): Promise<void>; onPassword(): Promise<void> },
): QrSignIn {
  const stop = new AbortController()
  const shown = Promise.withResolvers<void>()
  let wanted: PromiseWithResolvers<string> | undefined
  let tried: PromiseWithResolvers<never> | undefined

  const ended = client
    .signInQr({
      onUrlUpdated: (code, until) => void show.onCode(code, until).then(shown.resolve, shown.reject),
      password: async () => {
        wanted = Promise.withResolvers()
        await show.onPassword()
        shown.resolve()
        return wanted.promise
      },
      invalidPasswordCallback: () => {
        tried?.reject(Object.assign(new Error('PASSWORD_HASH_INVALID'), { text: 'PASSWORD_HASH_INVALID', code: 400 }))
      },
      abortSignal: stop.signal,
    })
    .then((user) => selfOf(user.raw))
  // Whoever waits for either hears of a failure; nobody may be waiting for the other.
  ended.catch(shown.reject)
  shown.promise.catch(() => undefined)
  stop.signal.addEventListener('abort', () => wanted?.reject(stop.signal.reason))

  return {
    shown: shown.promise,
    ended,
    givePassword(password) {
      tried = Promise.withResolvers()
      wanted?.resolve(password)
      return Promise.race([ended, tried.promise])
    },
    abandon: () => stop.abort(),
  }
}
