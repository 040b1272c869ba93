import { AppError, type ErrorCode, messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'

/** The one place where an error's code becomes a status of HTTP. */
export const statusOfCode: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  too_large: 413,
  refused_address: 422,
  unsupported: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
  timeout: 504,
}

const titleOfCode: Readonly<Record<ErrorCode, string>> = {
  invalid: 'The input is wrong',
  unauthenticated: 'The caller is not known',
  forbidden: 'The caller is not allowed to do this',
  not_found: 'There is no such thing',
  conflict: 'This does not fit the present state',
  gone: 'This is over',
  too_large: 'The input is too large',
  refused_address: 'This address may not be reached',
  unsupported: 'This cannot be done here',
  rate_limited: 'Too many calls',
  internal: 'Something went wrong inside',
  unavailable: 'Something that is needed cannot be reached',
  timeout: 'There was no answer in time',
}

/**
 * Turns whatever was thrown into an answer of `application/problem+json` (RFC 9457). What was not thrown on purpose is
 * logged and shows nothing of the inside but the number of the request.
 */
export function problemOf(error: unknown, requestId: string, log: Log): Response {
  const known = error instanceof AppError ? error : undefined
  const code = known?.code ?? 'internal'
  const status = statusOfCode[code]
  if (status >= 500) log.error({ error, requestId }, `A request failed: ${messageOf(error)}`)
  const detail = known?.message ?? `An unexpected error; the log tells more under the request id ${requestId}.`
  const headers = new Headers({ 'content-type': 'application/problem+json', 'x-request-id': requestId })
  if (status === 401) headers.set('www-authenticate', 'Bearer')
  if (known?.retryAfterMs !== undefined) headers.set('retry-after', String(Math.ceil(known.retryAfterMs / 1000)))
  const problem = {
    type: 'about:blank',
    title: titleOfCode[code],
    status,
    code,
    detail,
    ...(known && known.faults.length > 0 ? { errors: known.faults } : {}),
    requestId,
  }
  return new Response(JSON.stringify(problem), { status, headers })
}
