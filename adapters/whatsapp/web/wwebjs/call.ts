import { AppError, messageOf } from '../../../../src/platform/errors.ts'

/** How long the page may take for one thing, in milliseconds. */
const patienceMs = 60_000

/** What the page or the browser says when they are gone, or on their way to another page. */
export const isGone = (error: unknown): boolean =>
  /detached|context was destroyed|Cannot find context|Target closed|Session closed|Connection closed|Protocol error|navigat/i.test(
    messageOf(error),
  )

/** Asks something of the page; whatever goes wrong becomes an AppError that says what was being done. */
export async function callPage<T>(doing: string, work: () => Promise<T>, timeoutMs = patienceMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new AppError('timeout', `WhatsApp's page did not answer within ${timeoutMs / 1000} s: ${doing}.`))
    }, timeoutMs)
  })
  const done = work()
  try {
    return await Promise.race([done, late])
  } catch (error) {
    done.catch(() => undefined)
    if (error instanceof AppError) throw error
    const what = isGone(error) ? 'The browser of the channel is being started anew' : 'WhatsApp failed'
    throw new AppError('unavailable', `${what}: ${doing}: ${firstLine(error)}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** What was thrown in the page comes with the page's stack in its message. */
export const firstLine = (error: unknown): string => messageOf(error).split('\n')[0] ?? ''
