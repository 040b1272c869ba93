import type { Capabilities } from '../../../src/conversations/channel.ts'
import { mediaKinds } from '../../../src/conversations/message.ts'

/** Longest text and caption of an account without Premium, in UTF-16 code units (core.telegram.org/api/config: message_length_max, caption_length_max). */
export const textLimit = 4096
export const captionLimit = 1024

/** What a user account can do, in each kind of conversation. Buttons are for bots alone: people get numbered text. */
export function accountCapabilities(): Capabilities {
  return {
    text: { maxLength: textLimit, captionMaxLength: captionLimit, formatting: true },
    media: mediaKinds,
    buttons: false,
    requestButtons: false,
    location: true,
    contactCard: true,
    reply: true,
    edit: true,
    delete: true,
    reactions: true,
    typing: true,
    groups: true,
    canWriteFirst: true,
    mentions: true,
    createsGroups: true,
    templates: false,
    email: false,
  }
}
