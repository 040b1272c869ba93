import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { sameSecret } from '../../platform/secrets.ts'

const headerSchema = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'expected the name of a header such as X-Signature')
  .toLowerCase()

const secretSchema = z
  .string()
  .min(8, 'expected at least 8 characters')
  .max(1000)
  .optional()
  .describe('May be absent when the postback has it already; it is never shown.')

/** What a caller has to show besides the token in the address. */
export const postbackAuthSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('header').describe('A header whose whole value is the secret.'),
    header: headerSchema,
    secret: secretSchema,
  }),
  z.strictObject({
    type: z.literal('hmac').describe('A header that holds the HMAC-SHA-256 of the body as it was sent.'),
    header: headerSchema,
    encoding: z.enum(['hex', 'base64']).default('hex'),
    prefix: z.string().max(20).default('').describe('What stands before the signature: `sha256=`.'),
    secret: secretSchema,
  }),
  z.strictObject({
    type: z.literal('standard_webhooks').describe('The signature of https://www.standardwebhooks.com.'),
    secret: secretSchema.refine(
      (secret) => secret === undefined || /^(whsec_)?[A-Za-z0-9+/]+={0,2}$/.test(secret),
      'expected whsec_ and the key in base64',
    ),
  }),
  z.strictObject({
    type: z.literal('basic').describe('User name and password (HTTP Basic).'),
    user: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^:]*$/, 'expected a user name without a colon'),
    secret: secretSchema,
  }),
])
export type PostbackAuth = z.infer<typeof postbackAuthSchema>

/** The same as it is stored: with its secret, sealed. */
export type StoredAuth = PostbackAuth & { secret: string }

/** A call as far as it can vouch for itself. */
export interface VouchedCall {
  method: string
  headers: Headers
  /** As it was sent. */
  body: Uint8Array
}

/**
 * Checks what a caller shows, in a time that tells nothing of how much of it was right. Throws `unauthenticated` that says
 * what is expected, never what would have been right.
 */
export function checkAuth(auth: PostbackAuth, secret: string, call: VouchedCall, now: Date): void {
  const fault = checks[auth.type](auth as never, secret, call, now)
  if (fault) throw new AppError('unauthenticated', `The call is not let in: ${fault}.`)
}

type Of<Type extends PostbackAuth['type']> = Extract<PostbackAuth, { type: Type }>

/** Why a call is not let in, by the way in which it vouches for itself. */
const checks: {
  [Type in PostbackAuth['type']]: (auth: Of<Type>, secret: string, call: VouchedCall, now: Date) => string | undefined
} = {
  header({ header }, secret, { headers }) {
    const given = headers.get(header)
    if (given === null) return `the header ${header} is missing`
    return sameSecret(given, secret) ? undefined : `the header ${header} does not hold the secret of this postback`
  },
  hmac({ header, encoding, prefix }, secret, { method, headers, body }) {
    if (method === 'GET') return 'its signature is made of a body, and a GET has none; send a POST'
    const given = headers.get(header)
    if (given === null) return `the header ${header} is missing`
    const expected = `${prefix}${encoding === 'hex' ? '<64 hexadecimal digits>' : '<base64>'}`
    if (!given.startsWith(prefix)) return `the header ${header} is not of the form ${expected}`
    const signature = Buffer.from(given.slice(prefix.length).trim(), encoding)
    const right = createHmac('sha256', secret).update(body).digest()
    if (sameBytes(signature, right)) return undefined
    return `the header ${header} does not sign this body; expected ${expected}, the HMAC-SHA-256 of the body as it is sent`
  },
  standard_webhooks(_auth, secret, { method, headers, body }, now) {
    if (method === 'GET') return 'its signature is made of a body, and a GET has none; send a POST'
    const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
      headers.get(name),
    )
    if (!id || !timestamp || !signatures) return 'one of the headers webhook-id, -timestamp, -signature is missing'
    const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    const right = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
    const given = signatures.split(' ').flatMap((one) => (one.startsWith('v1,') ? [one.slice(3)] : []))
    if (!given.some((one) => sameBytes(Buffer.from(one, 'base64'), right)))
      return 'webhook-signature does not sign this body'
    const minutes = Math.abs(now.getTime() / 1000 - seconds) / 60
    return minutes <= toleranceMinutes
      ? undefined
      : `webhook-timestamp is more than ${toleranceMinutes} minutes from our time; sign each attempt anew`
  },
  basic({ user }, secret, { headers }) {
    const [, credentials] = /^basic +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
    if (credentials === undefined) return 'the header authorization is missing; expected Basic with user and password'
    const right = sameSecret(Buffer.from(credentials, 'base64').toString(), `${user}:${secret}`)
    return right ? undefined : 'user name or password is wrong'
  },
}

/** As https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md proposes. */
const toleranceMinutes = 5

function sameBytes(given: Uint8Array, right: Uint8Array): boolean {
  return given.length === right.length && timingSafeEqual(given, right)
}
