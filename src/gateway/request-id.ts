import { uuid } from '../platform/ids.ts'

/** The number that a request is found by in answers and logs: the caller's `X-Request-Id` where it is sane, else a new one. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id')
  return given && /^[\w.:-]{1,64}$/.test(given) ? given : uuid()
}
