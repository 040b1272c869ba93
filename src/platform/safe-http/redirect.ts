/** A request as far as a redirect changes it. */
export interface RedirectedRequest {
  method: string
  url: URL
  headers: Record<string, string>
  body: string | Uint8Array | undefined
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const credentialHeaders = ['authorization', 'cookie', 'proxy-authorization']

/** Whether an answer sends the caller elsewhere. */
export function isRedirect(status: number, headers: Record<string, string>): boolean {
  return redirectStatuses.has(status) && headers.location !== undefined
}

/**
 * The request that follows a redirect, as https://fetch.spec.whatwg.org/#http-redirect-fetch has it: 303, and 301 and 302
 * after a POST, become a GET without body. On another origin the credentials and the headers named in `sensitive` stay behind.
 */
export function redirected(
  request: RedirectedRequest,
  status: number,
  target: URL,
  sensitive: readonly string[],
): RedirectedRequest {
  const becomesGet =
    (status === 303 && request.method !== 'GET' && request.method !== 'HEAD') ||
    ((status === 301 || status === 302) && request.method === 'POST')
  const left = new Set(target.origin === request.url.origin ? [] : [...credentialHeaders, ...sensitive])
  const headers = Object.entries(request.headers).filter(
    ([name]) => !left.has(name) && !(becomesGet && name.startsWith('content-')),
  )
  return {
    method: becomesGet ? 'GET' : request.method,
    url: target,
    headers: Object.fromEntries(headers),
    body: becomesGet ? undefined : request.body,
  }
}
