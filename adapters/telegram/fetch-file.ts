import type { FetchedFile } from '../../src/conversations/channel-tools.ts'
import { AppError } from '../../src/platform/errors.ts'
import { limitStream } from '../kit/limit-stream.ts'
import type { BotClient } from './bot-client.ts'
import { vendorError } from './vendor-error.ts'

/** Telegram gives bots files of at most 20 MB (core.telegram.org/bots/api#getfile). */
export const largestFile = 20 * 1024 * 1024
const downloadTimeoutMs = 120_000

/** Opens a file by its `file_id`; the address behind it holds the token and never leaves this function. */
export async function fetchFile(
  client: BotClient,
  settings: { token: string; apiRoot: string },
  ref: string,
): Promise<FetchedFile> {
  const { file_path: path, file_size: size } = await client.call((api) => api.getFile(ref))
  if (path === undefined) throw new AppError('not_found', 'Telegram gives no path for this file: it is no longer kept.')
  const address = `${settings.apiRoot.replace(/\/+$/, '')}/file/bot${settings.token}/${path}`
  let response: Response
  try {
    response = await fetch(address, { signal: AbortSignal.timeout(downloadTimeoutMs), redirect: 'error' })
  } catch (error) {
    throw vendorError(error, settings.token)
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    const code = response.status === 404 ? 'not_found' : 'unavailable'
    throw new AppError(code, `Telegram did not give the file: it answered ${response.status}.`)
  }
  const file: FetchedFile = { body: limitStream(response.body, largestFile) }
  const mime = response.headers.get('content-type')
  if (mime !== null && mime !== 'application/octet-stream') file.mime = mime
  const length = size ?? Number(response.headers.get('content-length') ?? Number.NaN)
  if (Number.isFinite(length)) file.size = length
  const name = path.split('/').at(-1)
  if (name) file.name = name
  return file
}
