// Chats and messages: what is in them, and what it takes to send, edit and take back.

import { Emitter, MsgKey, me, modules, personOf, record, refuse, takeFault, Wid, wid } from './core.js'
import { cmd } from './session.js'

export class Message {
  constructor(data) {
    Object.assign(this, data)
  }
  serialize() {
    return JSON.parse(JSON.stringify(this))
  }
  unsafe() {
    return this
  }
  get mediaObject() {
    return this.directPath ? {} : undefined
  }
  get mediaData() {
    return this.directPath ? { mediaStage: 'RESOLVED' } : undefined
  }
  get isNotification() {
    return this.type === 'gp2'
  }
  msgContextInfo() {
    return {
      quotedMsg: { type: this.type, body: this.body },
      quotedStanzaID: this.id.id,
      quotedParticipant: this.author ?? this.id.participant ?? (this.id.fromMe ? me.pn : this.from),
    }
  }
}

class Messages extends Emitter {
  byId = new Map()
  get(id) {
    return this.byId.get(id?._serialized ?? id)
  }
  async getMessagesById(ids) {
    return { messages: ids.map((id) => this.get(id)).filter(Boolean) }
  }
  add(message) {
    this.byId.set(message.id._serialized, message)
    chats.get(message.id.remote)?.take(message)
    this.emit('add', message)
  }
}
export const messages = new Messages()

function groupMetadata(group) {
  const participants = group.participants ?? []
  return {
    ...group,
    iAmAdmin: group.iAmAdmin ?? false,
    serialize: () => ({ participants: participants.map((id) => ({ id: wid(id) })), creation: group.creation }),
    participants: {
      serialize: () => participants.map((id) => ({ id: wid(id) })),
      add: (id) => participants.push(id),
      get: (id) => (participants.includes(id) ? { id: wid(id) } : undefined),
    },
  }
}

class Chat {
  messages = []
  t = 0
  constructor(id, group) {
    this.id = wid(id)
    this.formattedTitle = group?.title ?? personOf(id)?.name ?? String(id)
    if (group) this.groupMetadata = groupMetadata(group)
  }
  take(message) {
    this.messages.push(message)
    this.t = Math.max(this.t, message.t)
  }
  get msgs() {
    return { getModelsArray: () => [...this.messages] }
  }
  iAmAdmin() {
    return this.groupMetadata?.iAmAdmin ?? false
  }
  serialize() {
    return { id: { ...this.id }, t: this.t, unreadCount: 0 }
  }
}

class Chats extends Emitter {
  byId = new Map()
  get(id) {
    return this.byId.get(String(wid(id)))
  }
  make(id, group) {
    const chat = new Chat(id, group)
    this.byId.set(String(chat.id), chat)
    return chat
  }
  async find(id) {
    return this.get(id) ?? (wid(id).isGroup() ? undefined : this.make(id))
  }
  getModelsArray() {
    return [...this.byId.values()]
  }
}
export const chats = new Chats()

const types = ['chat', 'image', 'video', 'audio', 'ptt', 'document', 'sticker', 'location', 'vcard']
export const isText = (text, most) => typeof text === 'string' && text.length > 0 && text.length <= most

/** The rules for what may be sent; what breaks one is kept. */
function check(chat, message) {
  const { id, type, to, body, caption, lat, lng, mentionedJidList = [], mimetype, directPath } = message
  if (!(id instanceof MsgKey) || !id.fromMe) refuse('a message without an id of its own')
  if (to !== chat.id) refuse('a message to another chat')
  if (!types.includes(type)) refuse(`a message of type "${type}"`)
  if (type === 'chat' && !isText(body, 65_536)) refuse('a text that is empty or too long')
  if (type === 'location' && !(Math.abs(lat) <= 90 && Math.abs(lng) <= 180)) refuse('a place outside of the earth')
  if (type === 'vcard' && !/^BEGIN:VCARD\n(.+\n)*FN:.+\n(.+\n)*END:VCARD$/.test(body)) refuse('a card that is no vCard')
  if (['image', 'video', 'audio', 'ptt', 'document', 'sticker'].includes(type) && !(mimetype && directPath)) {
    refuse('media that was not uploaded')
  }
  if (caption !== undefined && !isText(caption, 1024)) refuse('a caption that is empty or too long')
  if (caption && ['audio', 'ptt', 'sticker'].includes(type)) refuse(`a caption under ${type}`)
  for (const mentioned of mentionedJidList) {
    if (!(mentioned instanceof Wid)) refuse('a mention that is no id')
    if (!(caption ?? body).includes(`@${mentioned.user}`)) refuse('a mention that does not stand in the text')
  }
}

function addAndSendMsgToChat(chat, data) {
  if (takeFault('drop')) throw new Error('The connection to the server was closed')
  check(chat, data)
  const message = new Message(data)
  record.sent.push({ chat: String(chat.id), ...message.serialize() })
  // As on the real page: everybody hears of the message before whoever sent it does.
  messages.add(message)
  return [new Promise((resolve) => setTimeout(() => resolve(message), 5)), Promise.resolve({ messageSendResult: 'OK' })]
}

function sendMessageEdit(message, text) {
  if (!isText(text, 65_536)) refuse('an edit without a text')
  record.done.push({ what: 'edit', id: message.id._serialized, text })
  const before = message.body
  Object.assign(message, { body: text, latestEditMsgKey: { id: 'edit' }, latestEditSenderTimestampMs: Date.now() })
  messages.emit('change:body', message, text, before)
}

cmd.sendRevokeMsgs = (chat, { list }) => {
  for (const message of list) {
    if (!chat || !message.id.fromMe) refuse("taking back somebody else's message")
    record.done.push({ what: 'revoke', id: message.id._serialized })
    message.type = 'revoked'
    messages.emit('change:type', message)
  }
}

const chatState = (state) => async (id) => {
  if (!chats.get(id)) refuse('typing in a chat that is not there')
  record.done.push({ what: state, chat: String(id) })
}
const links = (text) => [...(text ?? '').matchAll(/https?:\/\/\S+/g)].map(([href]) => ({ href }))
const picture = { canSet: () => true, canDelete: () => true }

Object.assign(modules, {
  WAWebCollections: {
    Msg: messages,
    Chat: chats,
    GroupMetadata: { update: async () => undefined },
    ProfilePicThumb: { get: () => picture, find: async () => picture },
    Contact: { gadd: () => undefined },
  },
  WALinkify: { findLink: (text) => links(text)[0], findLinks: links },
  WAWebChatGetters: { getIsNewsletter: () => false, getIsBroadcast: () => false },
  WAWebUpdateUnreadChatAction: { sendSeen: async () => undefined },
  WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields: () => ({}) },
  WAWebSendMsgChatAction: { addAndSendMsgToChat },
  WAWebFindChatAction: { findOrCreateLatestChat: async (id) => ({ chat: await chats.find(id) }) },
  WAWebMsgReply: { canReplyMsg: () => true },
  WAWebVcardParsingUtils: { parseVcard: (text) => ({ name: /^FN:(.*)$/m.exec(text)?.[1] }) },
  WAWebVcardGetNameFromParsed: { vcardGetNameFromParsed: ({ name }) => name },
  WAWebSendMessageEditAction: { sendMessageEdit },
  WAWebMsgActionCapability: {
    canEditText: (message) => message.id.fromMe && message.type === 'chat',
    canEditCaption: (message) => message.id.fromMe && Boolean(message.caption),
    canSenderRevokeMsg: (message) => message.id.fromMe,
    canAdminRevokeMsg: () => false,
  },
  WAWebChatStateBridge: { sendChatStateComposing: chatState('typing') },
  WAWebChatLoadMessages: { loadEarlierMsgs: async () => [] },
  WAWebAddonReactionTableMode: { reactionTableMode: { bulkUpsert: () => undefined } },
  WAWebContactProfilePicThumbBridge: {
    requestProfilePicFromServer: async () => undefined,
    sendSetPicture: async (id, thumbnail, full) => {
      if (!/^data:image\/jpeg/.test(thumbnail) || !/^data:image\/jpeg/.test(full)) refuse('a picture that is no JPEG')
      record.done.push({ what: 'picture', chat: String(id) })
      return { status: 200 }
    },
  },
})
