import type { Capabilities } from '../../src/conversations/channel.ts'
import { type ConversationKind, mediaKinds } from '../../src/conversations/message.ts'
import { captionLimit, textLimit } from './outbound/calls.ts'

/** What a Telegram bot can do. A person must have written first; phone and place can be asked in private chats only. */
export function telegramCapabilities(kind: ConversationKind): Capabilities {
  return {
    text: { maxLength: textLimit, captionMaxLength: captionLimit, formatting: true },
    media: mediaKinds,
    buttons: true,
    requestButtons: kind === 'direct',
    location: true,
    contactCard: true,
    reply: true,
    edit: true,
    delete: true,
    reactions: true,
    typing: true,
    groups: true,
    mentions: true,
    createsGroups: false,
    templates: false,
    email: false,
    canWriteFirst: kind === 'group',
  }
}
