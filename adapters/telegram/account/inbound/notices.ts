import type { tl } from '@mtcute/core'
import type { NoticePart } from '../../../../src/conversations/message.ts'
import { messageExternalId, moment, numberOf } from '../thread.ts'
import { wordOf } from './parts.ts'
import { type Peers, personOfUser } from './peers.ts'

/** Actions that go by another name in the bot channel, and so here. */
const names: Partial<Record<tl.TypeMessageAction['_'], string>> = {
  messageActionChatCreate: 'group_chat_created',
  messageActionChannelCreate: 'supergroup_chat_created',
  messageActionChatEditTitle: 'new_chat_title',
  messageActionChatEditPhoto: 'new_chat_photo',
  messageActionChatDeletePhoto: 'delete_chat_photo',
  messageActionChatAddUser: 'new_chat_members',
  messageActionChatJoinedByLink: 'new_chat_members',
  messageActionChatJoinedByRequest: 'new_chat_members',
  messageActionChatDeleteUser: 'left_chat_member',
  messageActionPinMessage: 'pinned_message',
  messageActionSetMessagesTTL: 'message_auto_delete_timer_changed',
  messageActionTopicCreate: 'forum_topic_created',
  messageActionTopicEdit: 'forum_topic_edited',
  messageActionGroupCall: 'video_chat_started',
  messageActionGroupCallScheduled: 'video_chat_scheduled',
  messageActionInviteToGroupCall: 'video_chat_participants_invited',
}

/** The notice that a service message is: named as the bot channel names it, else after the protocol's action. */
export function noticeOf(message: tl.RawMessageService, peers: Peers): NoticePart {
  const { action } = message
  const notice =
    action._ === 'messageActionGroupCall' && action.duration !== undefined
      ? 'video_chat_ended'
      : (names[action._] ?? wordOf(action._.replace('messageAction', '')))
  const data = dataOf(message, peers)
  return { type: 'notice', notice, ...(data && { data }) }
}

function dataOf(message: tl.RawMessageService, peers: Peers): Record<string, unknown> | undefined {
  const { action, replyTo } = message
  const nameOf = (id: number) => {
    const { firstName, lastName } = personOfUser(id, peers)
    return [firstName, lastName].filter(Boolean).join(' ') || String(id)
  }
  switch (action._) {
    case 'messageActionChatCreate':
    case 'messageActionChannelCreate':
    case 'messageActionChatEditTitle':
      return { title: action.title }
    case 'messageActionChatAddUser':
    case 'messageActionInviteToGroupCall':
      return { members: action.users.map(nameOf) }
    case 'messageActionChatJoinedByLink':
    case 'messageActionChatJoinedByRequest':
      return message.fromId?._ === 'peerUser' ? { members: [nameOf(message.fromId.userId)] } : undefined
    case 'messageActionChatDeleteUser':
      return { member: nameOf(action.userId) }
    case 'messageActionPinMessage':
      return replyTo?._ === 'messageReplyHeader' && replyTo.replyToMsgId !== undefined
        ? { messageExternalId: messageExternalId(numberOf(message.peerId), replyTo.replyToMsgId) }
        : undefined
    case 'messageActionSetMessagesTTL':
      return { seconds: action.period }
    case 'messageActionTopicCreate':
      return { name: action.title }
    case 'messageActionTopicEdit':
      return action.title === undefined ? undefined : { name: action.title }
    case 'messageActionGroupCall':
      return action.duration === undefined ? undefined : { seconds: action.duration }
    case 'messageActionGroupCallScheduled':
      return { at: moment(action.scheduleDate) }
    case 'messageActionPhoneCall':
      return {
        ...(action.duration !== undefined && { seconds: action.duration }),
        ...(action.reason && { reason: wordOf(action.reason._.replace('phoneCallDiscardReason', '')) }),
        ...(action.video && { video: true }),
      }
    default:
      return undefined
  }
}
