import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../../src/platform/log.ts'
import type { Account } from './account.ts'
import type { AccountSignIn } from './sign-in.ts'
import { vendorError } from './vendor-error.ts'

const firstPause = 1000
const longestPause = 60_000

/**
 * Listens to an account, or waits for its sign-in. Returns at once, also while Telegram cannot be reached: the connection is made
 * in the background, again after a growing pause where it fails. The returned function ends it all.
 */
export function listenToAccount(account: Account, signIn: AccountSignIn, log: Log): () => Promise<void> {
  const stop = new AbortController()
  const begun = begin()

  async function begin(): Promise<void> {
    let pause = firstPause
    while (!stop.signal.aborted) {
      try {
        if (!(await account.startHearing(stop.signal))) {
          await account.report({ state: 'signing_in', signIn: { waitsFor: 'start' } })
        }
        return
      } catch (error) {
        if (stop.signal.aborted) return
        const told = vendorError(error)
        // A session that is over has told so itself; the next sign-in begins to listen.
        if (told.code === 'unauthenticated') return
        const retryInMs = Math.max(pause, told.retryAfterMs ?? 0)
        log.error({ error: told, retryInMs }, 'The account cannot be listened to.')
        await account.report({ state: 'failing', error: told.message }).catch(() => undefined)
        await sleep(retryInMs, undefined, { signal: stop.signal }).catch(() => undefined)
        pause = Math.min(pause * 2, longestPause)
      }
    }
  }

  return async () => {
    stop.abort()
    await signIn.abandon()
    await account.stopHearing()
    await begun
  }
}
