import { createHmac } from 'node:crypto'
import type { HookRequest, HookResponse } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { sameSecret } from '../../kit/same-secret.ts'

/** The vendor asks whether the address is ours: the answer is its own challenge, plain. Throws `unauthenticated`. */
export function answerChallenge({ url }: Pick<HookRequest, 'url'>, verifyToken: string): HookResponse {
  const query = url.searchParams
  const challenge = query.get('hub.challenge') ?? ''
  if (query.get('hub.mode') !== 'subscribe' || !sameSecret(query.get('hub.verify_token'), verifyToken)) {
    throw new AppError('unauthenticated', 'hub.verify_token is missing or is not the verifyToken of this channel.')
  }
  // What is sent back comes from outside; the vendor's challenges are short numbers.
  if (!/^[\w.-]{1,200}$/.test(challenge)) throw new AppError('invalid', 'hub.challenge: expected a short word.')
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: challenge }
}

/** Throws `unauthenticated` unless the body as it came is signed with the app's secret. */
export function checkSignature({ headers, body }: Pick<HookRequest, 'headers' | 'body'>, appSecret: string): void {
  const expected = `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
  if (sameSecret(headers.get('x-hub-signature-256')?.toLowerCase(), expected)) return
  throw new AppError(
    'unauthenticated',
    'The header X-Hub-Signature-256 is missing or does not fit the body and the appSecret of this channel.',
  )
}
