import { createHash, randomBytes } from 'node:crypto'
import type { Challenge, SipRequest, SipResponse } from './sip-message.ts'

export interface Credentials {
  user: string
  password: string
}

/**
 * The header that answers a 401 or 407 (RFC 7616, RFC 8760), as `{name: [value]}` to be added to the repeated request;
 * undefined when the server asks for nothing that we can give: digest with MD5 or SHA-256, `qop` absent or `auth`.
 */
export function answerChallenge(
  request: Pick<SipRequest, 'method' | 'uri'>,
  response: SipResponse,
  { user, password }: Credentials,
): Partial<Record<'authorization' | 'proxy-authorization', Challenge[]>> | undefined {
  const isProxy = response.status === 407
  const challenge = bestOf(response.headers[isProxy ? 'proxy-authenticate' : 'www-authenticate'])
  if (!challenge) return undefined
  const { realm, nonce, opaque } = challenge
  const algorithm = bare(challenge.algorithm)
  const hash = (...parts: string[]) =>
    createHash(hashNames.get((algorithm || 'MD5').toUpperCase())!)
      .update(parts.join(':'), 'latin1')
      .digest('hex')
  // Messages are held as strings of bytes.
  const secret = hash(user, bare(realm), Buffer.from(password).toString('latin1'))
  const asked = hash(request.method, request.uri)
  const named = { scheme: 'Digest', username: quoted(user), realm, nonce, uri: quoted(request.uri) }
  const rest = { ...(algorithm && { algorithm }), ...(opaque && { opaque }) }
  const header = isProxy ? 'proxy-authorization' : 'authorization'
  if (challenge.qop === undefined) {
    return { [header]: [{ ...named, response: quoted(hash(secret, bare(nonce), asked)), ...rest }] }
  }
  const [cnonce, nc] = [randomBytes(8).toString('hex'), '00000001']
  const proof = hash(secret, bare(nonce), nc, cnonce, 'auth', asked)
  return { [header]: [{ ...named, response: quoted(proof), qop: 'auth', nc, cnonce: quoted(cnonce), ...rest }] }
}

/** Whether the server only means that its nonce is too old, and the credentials are right. */
export function isStale(response: SipResponse): boolean {
  const challenges = [
    ...(response.headers['www-authenticate'] ?? []),
    ...(response.headers['proxy-authenticate'] ?? []),
  ]
  return challenges.some(({ stale }) => bare(stale).toLowerCase() === 'true')
}

const hashNames = new Map([
  ['MD5', 'md5'],
  ['SHA-256', 'sha256'],
])

/** The first that we can answer: servers name the one they like best first. */
function bestOf(challenges: Challenge[] | undefined): Challenge | undefined {
  if (!Array.isArray(challenges)) return undefined
  return challenges.find(
    ({ scheme, realm, nonce, algorithm, qop }) =>
      scheme?.toLowerCase() === 'digest' &&
      realm !== undefined &&
      nonce !== undefined &&
      hashNames.has((bare(algorithm) || 'MD5').toUpperCase()) &&
      (qop === undefined ||
        bare(qop)
          .split(/\s*,\s*/)
          .includes('auth')),
  )
}

function bare(text: string | undefined): string {
  return (text ?? '').trim().replace(/^"([\s\S]*)"$/, '$1')
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
