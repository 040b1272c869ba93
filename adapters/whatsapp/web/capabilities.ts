import type { Capabilities } from '../../../src/conversations/channel.ts'
import { mediaKinds } from '../../../src/conversations/message.ts'

/** WhatsApp's longest text and caption in UTF-16 code units, as its own apps let people type them. */
const textLimit = 65_536
const captionLimit = 1024

/** What a linked WhatsApp account can do. Buttons are shown to no one any more: they become numbered text. */
export const whatsappWebCapabilities: Capabilities = {
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
