import type { ChannelContext } from '../../src/conversations/channel.ts'
import { AppError } from '../../src/platform/errors.ts'
import type { Sound } from './driver.ts'

/** For so many seconds a vendor can read a file of ours. */
const readableSeconds = 3600

/** The address at which a vendor can read a sound file. Throws `invalid` when we are not reachable from outside. */
export function publicSound(sound: Sound, { files }: Pick<ChannelContext, 'files'>): string {
  const url = 'url' in sound ? sound.url : files.link(sound.kept, readableSeconds)
  if (url !== undefined) return url
  throw new AppError(
    'invalid',
    'The vendor cannot read a file of ours, as the program has no public address: set PUBLIC_URL.',
  )
}

/** Where vendors reach us. Throws `invalid` when they cannot. */
export function publicHook({ hookUrl }: Pick<ChannelContext, 'hookUrl'>, query: Record<string, string> = {}): string {
  if (hookUrl === undefined) {
    throw new AppError('invalid', 'The program has no public address, which this driver needs: set PUBLIC_URL.')
  }
  const url = new URL(hookUrl)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}
