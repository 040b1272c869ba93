import type { ChatMember, ChatMemberUpdated } from 'grammy/types'
import type { MembershipEvent } from '../../../src/conversations/event.ts'
import { chatThread } from '../thread.ts'
import { personOfUser } from './person.ts'

/**
 * Somebody's membership after a change. In a private chat the bot's own tells that the person blocked or unblocked it:
 * then the person is the other side.
 */
export function membershipEvent(update: ChatMemberUpdated, externalId: string, self: boolean): MembershipEvent {
  const person = self && update.chat.type === 'private' ? update.from : update.new_chat_member.user
  return {
    kind: 'membership',
    externalId,
    thread: chatThread(update.chat),
    at: new Date(update.date * 1000).toISOString(),
    person: personOfUser(person),
    self,
    status: statusOf(update.new_chat_member),
  }
}

function statusOf(member: ChatMember): MembershipEvent['status'] {
  switch (member.status) {
    case 'creator':
      return 'owner'
    case 'administrator':
      return 'admin'
    case 'member':
      return 'member'
    case 'restricted':
      return member.is_member ? 'member' : 'left'
    case 'left':
      return 'left'
    case 'kicked':
      return 'blocked'
  }
}
