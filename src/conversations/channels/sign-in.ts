import type { Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { uuid } from '../../platform/ids.ts'
import type { SignInStep } from '../abilities.ts'
import type { SignInState } from '../channel-tools.ts'
import type { OrderDesk } from '../orders/order-desk.ts'
import { getChannel } from './get-channel.ts'

/** How long a step may take, in milliseconds: a browser may have to start for it. */
const stepMs = 60_000

/** What signing in to a channel's account waits for, as its adapter told last. Throws `not_found`. */
export async function readSignIn(db: Queryable, projectId: number, channelId: number): Promise<SignInState> {
  const { condition } = await getChannel(db, projectId, channelId)
  if (condition?.signIn) return condition.signIn
  return { waitsFor: condition?.state === 'working' ? 'nothing' : 'start' }
}

/**
 * Does a step of signing in, in the process that listens to the channel. Throws `invalid` for a wrong code or password,
 * `timeout` when nobody listens, `unsupported` for a channel that is not signed in to.
 */
export async function signIn(
  db: Queryable,
  input: { projectId: number; channelId: number; step: SignInStep },
  orders: Pick<OrderDesk, 'ask'>,
): Promise<SignInState> {
  const channel = await getChannel(db, input.projectId, input.channelId)
  if (!channel.enabled)
    throw new AppError('conflict', `The channel "${channel.name}" is switched off; switch it on first.`)
  const order = { kind: 'sign_in' as const, step: input.step }
  const answer = await orders.ask(channel.id, `sign_in:${uuid()}`, 'sign_in', order, AbortSignal.timeout(stepMs))
  return answer as SignInState
}
