import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { ThreadRef } from '../../src/conversations/event.ts'
import type { Identity } from '../../src/conversations/message.ts'
import { AppError } from '../../src/platform/errors.ts'

/** Who speaks with a web chat: an unknown visitor, or a user for whom the site vouches. */
export interface Visitor {
  thread: ThreadRef
  identity: Identity
  /** What the site has signed; absent for an unknown visitor. */
  vouched?: { email?: string; phone?: string }
}

const identityKind = 'webchat'
const expected = 'Expected `Bearer visitor.<43 characters of base64url>` or `Bearer user.<base64url of JSON>`.'

/**
 * Reads who asks from the `Authorization` header. An unknown visitor brings a secret of 256 bits that its browser made
 * up; the thread's id is a digest of it, so knowing a thread's id opens nothing. Throws `unauthenticated`.
 */
export function identifyVisitor(
  authorization: string | null | undefined,
  channelId: number,
  identitySecret: string | undefined,
): Visitor {
  const [, kind, credential] = /^Bearer (visitor|user)\.([\w-]+)$/.exec(authorization ?? '') ?? []
  if (kind === 'visitor' && credential?.length === 43) return unknownVisitor(channelId, credential)
  if (kind === 'user' && credential) return vouchedUser(channelId, credential, identitySecret)
  throw new AppError('unauthenticated', `The header Authorization does not tell who writes. ${expected}`)
}

/** The thread of an identity that this channel gave; undefined for those of other channels. */
export function threadOfIdentity(identity: Identity, channelId: number): ThreadRef | undefined {
  const prefix = `${channelId}:`
  if (identity.kind !== identityKind || !identity.value.startsWith(prefix)) return undefined
  return { id: identity.value.slice(prefix.length), kind: 'direct' }
}

function unknownVisitor(channelId: number, secret: string): Visitor {
  const digest = createHash('sha256').update(`${channelId}:${secret}`).digest('base64url')
  return visitorOf(channelId, `visitor:${digest}`)
}

const vouchedSchema = z.object({
  id: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u),
  email: z.email().max(254).optional(),
  phone: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/)
    .optional(),
  hash: z.string().regex(/^[0-9a-f]{64}$/i),
})

/**
 * A user of the site. `hash` is the hex HMAC-SHA256, under the channel's `identitySecret`, of the user's id, e-mail and
 * phone (E.164), those that are given, joined by line feeds. The thread is the user's own, on whatever device; it is
 * not the one that the same browser had as an unknown visitor, for a browser may be shared.
 */
function vouchedUser(channelId: number, credential: string, identitySecret: string | undefined): Visitor {
  const read = vouchedSchema.safeParse(parseJson(Buffer.from(credential, 'base64url').toString()))
  if (!read.success) {
    throw new AppError('unauthenticated', `The site's user cannot be read: ${z.prettifyError(read.error)}`)
  }
  if (identitySecret === undefined) {
    throw new AppError(
      'unauthenticated',
      'The site names its user, but the channel has no identitySecret to check it by.',
    )
  }
  const { id, email, phone, hash } = read.data
  const signed = [id, email, phone].filter((value) => value !== undefined).join('\n')
  const right = createHmac('sha256', identitySecret).update(signed).digest()
  if (!timingSafeEqual(right, Buffer.from(hash, 'hex'))) {
    throw new AppError(
      'unauthenticated',
      "The signature of the site's user is wrong: expected the hex HMAC-SHA256 of id, email and phone, joined by line feeds.",
    )
  }
  return { ...visitorOf(channelId, `user:${id}`), vouched: { email, phone } }
}

function visitorOf(channelId: number, thread: string): Visitor {
  return {
    thread: { id: thread, kind: 'direct' },
    identity: { kind: identityKind, value: `${channelId}:${thread}` },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
