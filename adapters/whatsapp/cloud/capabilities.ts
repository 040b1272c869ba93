import type { Capabilities } from '../../../src/conversations/channel.ts'
import { captionLimit, textLimit } from './outbound/messages.ts'

/** What a number can do. It may write first, and after 24 hours of silence, by template only. */
export function whatsappCloudCapabilities(): Capabilities {
  return {
    text: { maxLength: textLimit, captionMaxLength: captionLimit, formatting: true },
    media: ['image', 'video', 'audio', 'voice', 'video_note', 'animation', 'document', 'sticker'],
    buttons: true,
    requestButtons: false,
    location: true,
    contactCard: true,
    reply: true,
    edit: false,
    delete: false,
    reactions: true,
    typing: true,
    groups: false,
    mentions: false,
    createsGroups: false,
    templates: true,
    email: false,
    canWriteFirst: true,
    windowHours: 24,
  }
}
