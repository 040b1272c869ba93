import { AppError } from '../../platform/errors.ts'
import type { Capabilities } from '../channel.ts'
import type { Conversation } from '../conversation.ts'
import type { Content } from '../message.ts'

/**
 * Some vendors let free text through only for some hours after the person's last message. Throws `conflict` when what is to
 * be said has no template and comes too late, or before the person wrote at all. `can` is undefined where nobody knows the channel.
 */
export function checkWindow(
  conversation: Pick<Conversation, 'lastInboundAt'>,
  content: Pick<Content, 'parts'>,
  can: Pick<Capabilities, 'windowHours'> | undefined,
  now: Date,
): void {
  const hours = can?.windowHours
  if (hours === undefined || content.parts?.some((part) => part.type === 'template')) return
  const { lastInboundAt } = conversation
  if (lastInboundAt && now.getTime() - lastInboundAt.getTime() < hours * 3_600_000) return
  const why = lastInboundAt
    ? `More than ${hours} hours have passed since the person wrote last`
    : 'The person has not written here yet'
  throw new AppError('conflict', `${why}: on this channel only a template can be sent to them now.`)
}
