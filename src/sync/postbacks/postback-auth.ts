import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { checkMomentIsSigned, type VouchedCall, vouchingFault, vouchingShapes } from '../../platform/vouching.ts'

const secret = z
  .string()
  .min(8, 'expected at least 8 characters')
  .max(1000)
  .optional()
  .describe('May be absent when the postback has it already; it is never shown.')

/** What a caller has to show besides the token in the address. */
export const postbackAuthSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...vouchingShapes.header, secret }),
  z.strictObject({ ...vouchingShapes.hmac, secret }).superRefine(checkMomentIsSigned),
  z.strictObject({
    ...vouchingShapes.standard_webhooks,
    secret: secret.refine(
      (text) => text === undefined || /^(whsec_)?[A-Za-z0-9+/]+={0,2}$/.test(text),
      'expected whsec_ and the key in base64',
    ),
  }),
  z.strictObject({ ...vouchingShapes.basic, secret }),
])
export type PostbackAuth = z.infer<typeof postbackAuthSchema>

/** The same as it is stored: with its secret, sealed. */
export type StoredAuth = PostbackAuth & { secret: string }

/** Checks what a caller shows. Throws `unauthenticated` that says what is expected, never what would have been right. */
export function checkAuth(auth: PostbackAuth, opened: string, call: VouchedCall, now: Date): void {
  const fault = vouchingFault(auth, opened, call, now)
  if (fault) throw new AppError('unauthenticated', `The call is not let in: ${fault}.`)
}
