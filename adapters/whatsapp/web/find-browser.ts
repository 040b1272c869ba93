import { existsSync } from 'node:fs'
import { AppError } from '../../../src/platform/errors.ts'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The browser to start: the one that the settings name, else the first that is there. Throws `invalid` when there is none. */
export function findBrowser(path: string | undefined, exists: (path: string) => boolean = existsSync): string {
  const found = (path === undefined ? places : [path]).find(exists)
  if (found !== undefined) return found
  const missing = path === undefined ? 'No Chromium was found on this machine' : `There is no browser at ${path}`
  throw new AppError(
    'invalid',
    `${missing}. Install one (Debian: apt install chromium), or name it in the setting browserPath, such as /usr/bin/chromium.`,
  )
}
