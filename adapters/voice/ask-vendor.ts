import { AppError } from '../../src/platform/errors.ts'
import type { SafeHttp, SafeRequest } from '../../src/platform/safe-http/safe-http.ts'

/** An answer of a phone system. */
export interface VendorAnswer {
  status: number
  /** The parsed JSON; undefined where it is none. */
  body: unknown
}

/** How long a phone system may take to answer, in milliseconds. */
const timeoutMs = 15_000
const maxResponseBytes = 262_144

/**
 * Asks a phone system for something. Gives the answer when its status is 2xx, or one of `accepted`; else throws what it means: a wait
 * for 429, a passing failure for 5xx, wrong credentials for 401 and 403, a refusal with its words for the rest.
 */
export async function askVendor(
  http: Pick<SafeHttp, 'request'>,
  vendor: string,
  request: SafeRequest,
  { accepted = [], words }: { accepted?: number[]; words?(body: unknown): string | undefined } = {},
): Promise<VendorAnswer> {
  const answer = await http.request({
    timeoutMs,
    maxResponseBytes,
    sensitiveHeaders: Object.keys(request.headers ?? {}),
    ...request,
  })
  const { status } = answer
  const body = readJson(answer.body)
  if ((status >= 200 && status < 300) || accepted.includes(status)) return { status, body }
  const told = words?.(body)?.slice(0, 500)
  const said = told ? `: ${told}` : ` with the status ${status}.`
  if (status === 429) {
    const seconds = Number(answer.headers['retry-after'] ?? 1)
    throw new AppError('rate_limited', `${vendor} asks to wait${said}`, {
      retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 1000,
    })
  }
  if (status >= 500) throw new AppError('unavailable', `${vendor} failed${said}`)
  if (status === 401 || status === 403) {
    throw new AppError('unauthenticated', `${vendor} refused the credentials${said} Check the channel's settings.`)
  }
  throw new AppError(status === 404 ? 'not_found' : 'invalid', `${vendor} refused${said}`, {
    detail: { status, body },
  })
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
