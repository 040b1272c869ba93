import type { Capabilities } from '../../src/conversations/channel.ts'
import { mediaKinds } from '../../src/conversations/message.ts'

/** What a letter can be: text with formatting, a subject, HTML, and any files as attachments. It is never changed once it is sent. */
export function emailCapabilities(): Capabilities {
  return {
    text: { maxLength: 100_000, formatting: true },
    media: mediaKinds,
    buttons: false,
    requestButtons: false,
    location: false,
    contactCard: false,
    reply: true,
    edit: false,
    delete: false,
    reactions: false,
    typing: false,
    groups: false,
    canWriteFirst: true,
    mentions: false,
    createsGroups: false,
    templates: false,
    email: true,
  }
}
