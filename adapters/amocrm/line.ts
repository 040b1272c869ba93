import { createHash } from 'node:crypto'
import { AppError } from '../../src/platform/errors.ts'
import type { SafeRequest, SafeResponse } from '../../src/platform/safe-http/safe-http.ts'
import type { CrmContext, CrmLimit } from '../../src/sync/crm.ts'
import { type AmocrmSettings, rootOf } from './settings.ts'

const timeoutMs = 15_000
/** 250 leads with a hundred fields each. */
const largestAnswer = 32 * 1024 * 1024

export interface LineRequest {
  method: SafeRequest['method']
  /** Behind the host, with its query: `/api/v4/account`. */
  path: string
  json?: unknown
  /** Gives the access token when the turn has come; absent where tokens are asked for. */
  token?: () => string
}

/** Requests to one account, each in its turn. */
export type Line = (request: LineRequest, signal: AbortSignal) => Promise<SafeResponse>

/** Opens the requests to one account. Nothing is asked yet. */
export function openLine({ http, limited, integration: { settings } }: CrmContext<AmocrmSettings>): Line {
  const root = rootOf(settings)
  const limits = limitsOf(settings)
  return async ({ method, path, json, token }, signal) => {
    if (signal.aborted) throw new AppError('timeout', 'The call to amoCRM was ended before it was made.')
    return limited(
      limits,
      () =>
        http.request({
          method,
          url: `${root}${path}`,
          headers: {
            accept: 'application/json',
            ...(json !== undefined && { 'content-type': 'application/json' }),
            ...(token !== undefined && { authorization: `Bearer ${token()}` }),
          },
          ...(json !== undefined && { body: JSON.stringify(json) }),
          timeoutMs,
          maxResponseBytes: largestAnswer,
          signal,
        }),
      signal,
    )
  }
}

/** 7 requests a second for an integration of theirs, 50 for an account (amocrm.ru/developers/content/api/recommendations). */
function limitsOf(settings: AmocrmSettings): CrmLimit[] {
  const { host } = new URL(rootOf(settings))
  const whose =
    settings.clientId ??
    createHash('sha256')
      .update(settings.token ?? '')
      .digest('hex')
      .slice(0, 16)
  return [
    { name: `amocrm:${host}:${whose}`, perSecond: 7 },
    { name: `amocrm:${host}`, perSecond: 50 },
  ]
}
