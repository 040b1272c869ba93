import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { sameSecret } from './secrets.ts'

const headerSchema = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'expected the name of a header such as X-Signature')
  .toLowerCase()

const signedPart = z
  .string()
  .regex(/^(method|url|body|header:[a-z0-9!#$%&'*+.^_`|~-]+)$/, 'expected method, url, body, or header: and a name')

/** The ways in which a call may vouch for itself by a secret, as the parts of their schemas. */
export const vouchingShapes = {
  header: { type: z.literal('header').describe('A header whose whole value is the secret.'), header: headerSchema },
  hmac: {
    type: z.literal('hmac').describe('A header that holds the HMAC-SHA-256 of the body as it was sent.'),
    header: headerSchema,
    encoding: z.enum(['hex', 'base64']).default('hex'),
    prefix: z.string().max(20).default('').describe('What stands before the signature: `sha256=`.'),
    over: z.array(signedPart).min(1).max(10).optional().describe('What is signed, one behind the other: `[body]`.'),
    momentHeader: headerSchema
      .optional()
      .describe('A header with the moment of signing in Unix seconds or milliseconds, at most five minutes from now.'),
  },
  standard_webhooks: {
    type: z.literal('standard_webhooks').describe('The signature of https://www.standardwebhooks.com.'),
  },
  basic: {
    type: z.literal('basic').describe('User name and password (HTTP Basic).'),
    user: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^:]*$/, 'expected a user name without a colon'),
  },
}

/** Refuses a moment that is not signed: whoever repeats a call could tell any. */
export function checkMomentIsSigned(
  { over, momentHeader }: { over?: string[]; momentHeader?: string },
  context: z.RefinementCtx,
): void {
  if (momentHeader === undefined || over?.includes(`header:${momentHeader}`)) return
  const message = `is not signed; expected header:${momentHeader} in "over"`
  context.addIssue({ code: 'custom', path: ['momentHeader'], message })
}

export const vouchingSchema = z.discriminatedUnion('type', [
  z.strictObject(vouchingShapes.header),
  z.strictObject(vouchingShapes.hmac).superRefine(checkMomentIsSigned),
  z.strictObject(vouchingShapes.standard_webhooks),
  z.strictObject(vouchingShapes.basic),
])
export type Vouching = z.infer<typeof vouchingSchema>

/** A call as far as it can vouch for itself. */
export interface VouchedCall {
  method: string
  url: URL
  headers: Headers
  /** As it was sent. */
  body: Uint8Array
}

/**
 * Why a call does not vouch for itself; undefined when it does. Takes a time that tells nothing of how much was right, and says what
 * is expected, never what would have been right.
 */
export function vouchingFault(vouching: Vouching, secret: string, call: VouchedCall, now: Date): string | undefined {
  return checks[vouching.type](vouching as never, secret, call, now)
}

type Of<Type extends Vouching['type']> = Extract<Vouching, { type: Type }>

const checks: {
  [Type in Vouching['type']]: (vouching: Of<Type>, secret: string, call: VouchedCall, now: Date) => string | undefined
} = {
  header({ header }, secret, { headers }) {
    const given = headers.get(header)
    if (given === null) return `the header ${header} is missing`
    return sameSecret(given, secret) ? undefined : `the header ${header} does not hold the secret that is expected`
  },
  hmac({ header, encoding, prefix, over = ['body'], momentHeader }, secret, call, now) {
    const { method, headers } = call
    if (method === 'GET' && !over.includes('url')) return bodyless
    const given = headers.get(header)
    if (given === null) return `the header ${header} is missing`
    const expected = `${prefix}${encoding === 'hex' ? '<64 hexadecimal digits>' : '<base64>'}`
    if (!given.startsWith(prefix)) return `the header ${header} is not of the form ${expected}`
    const hash = createHmac('sha256', secret)
    for (const part of over) hash.update(signedBytes(part, call))
    if (!sameBytes(Buffer.from(given.slice(prefix.length).trim(), encoding), hash.digest()))
      return `the header ${header} does not sign this ${over.join(', ')}; expected ${expected}, the HMAC-SHA-256 of it as it is sent`
    return momentHeader === undefined ? undefined : momentFault(momentHeader, headers.get(momentHeader), now)
  },
  // Not by the library that signs ours: it reads the machine's clock and takes the body as text.
  standard_webhooks(_vouching, secret, { method, headers, body }, now) {
    if (method === 'GET') return bodyless
    const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
      headers.get(name),
    )
    if (!id || !timestamp || !signatures) return 'one of the headers webhook-id, -timestamp, -signature is missing'
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    const right = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
    const given = signatures.split(' ').flatMap((one) => (one.startsWith('v1,') ? [one.slice(3)] : []))
    if (!given.some((one) => sameBytes(Buffer.from(one, 'base64'), right)))
      return 'webhook-signature does not sign this body'
    return momentFault('webhook-timestamp', timestamp, now)
  },
  basic({ user }, secret, { headers }) {
    const [, credentials] = /^basic +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
    if (credentials === undefined) return 'the header authorization is missing; expected Basic with user and password'
    const right = sameSecret(Buffer.from(credentials, 'base64').toString(), `${user}:${secret}`)
    return right ? undefined : 'user name or password is wrong'
  },
}

/** What a GET says stands in its address. */
const bodyless = 'its signature is made of a body, and a GET has none; send a POST'

function signedBytes(part: string, { method, url, headers, body }: VouchedCall): Uint8Array | string {
  if (part === 'body') return body
  if (part === 'method') return method
  return part === 'url' ? url.href : (headers.get(part.slice('header:'.length)) ?? '')
}

/** As https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md proposes. */
const toleranceMinutes = 5
/** Unix times above it are milliseconds: as seconds it would be the year 5138. */
const mostSeconds = 1e11

function momentFault(header: string, text: string | null, now: Date): string | undefined {
  const number = /^\d{1,16}$/.test(text ?? '') ? Number(text) : Number.NaN
  const ms = number > mostSeconds ? number : number * 1000
  const minutes = Math.abs(now.getTime() - ms) / 60_000
  return minutes <= toleranceMinutes
    ? undefined
    : `${header} is more than ${toleranceMinutes} minutes from our time; sign each attempt anew`
}

function sameBytes(given: Uint8Array, right: Uint8Array): boolean {
  return given.length === right.length && timingSafeEqual(given, right)
}
