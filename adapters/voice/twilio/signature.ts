import { createHmac } from 'node:crypto'
import { sameSecret } from '../../kit/same-secret.ts'

/**
 * What Twilio signs a form with: base64 of the HMAC-SHA1, under the auth token, of the address and of all fields, sorted by name,
 * name and value behind one another (twilio.com/docs/usage/security#validating-requests).
 */
export function twilioSignature(url: string, fields: URLSearchParams, authToken: string): string {
  const sorted = [...fields].toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
  const signed = url + sorted.map(([name, value]) => name + value).join('')
  return createHmac('sha1', authToken).update(signed).digest('base64')
}

/** Whether the signature is right; some senders sign the address with the port that goes without saying. */
export function isSigned(given: string | null, url: string, fields: URLSearchParams, authToken: string): boolean {
  const spelled = [url, withUsualPort(url)].map((address) => twilioSignature(address, fields, authToken))
  return spelled.map((right) => sameSecret(given, right)).some((isRight) => isRight)
}

function withUsualPort(url: string): string {
  const { protocol, port } = new URL(url)
  if (port !== '') return url
  return url.replace(/^(https?:\/\/[^/?#]+)/, `$1:${protocol === 'https:' ? 443 : 80}`)
}
