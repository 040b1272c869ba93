// What tests do to the page, and read from it: `window.stub`.

import { chats, Message, messages } from './chats.js'
import { config, MsgKey, me, modules, personOf, record, wid } from './core.js'
import { files, hashOf } from './media.js'
import { conn, pair, socket } from './session.js'

let stanza = 0

/** Fills up a message that a test describes in few words: `{ from, chat, body … }`. */
function incoming({
  from,
  chat = from,
  id = `STUB${++stanza}`,
  fromMe = false,
  t = Math.floor(Date.now() / 1000),
  ...rest
}) {
  const isGroup = wid(chat).isGroup()
  const writer = fromMe ? me.pn : from && wid(from)
  const key = new MsgKey({ fromMe, remote: chat, id, participant: isGroup ? writer : undefined })
  return new Message({
    id: key,
    type: 'chat',
    t,
    from: fromMe ? me.pn : isGroup ? wid(chat) : writer,
    to: fromMe ? wid(chat) : me.pn,
    ...(isGroup && { author: writer }),
    notifyName: personOf(from)?.name,
    ack: fromMe ? 1 : undefined,
    isNewMsg: true,
    self: fromMe ? 'out' : 'in',
    ...rest,
  })
}

/** A message as it is, or one filled up. */
function makeMessage(given) {
  if (!given.id?._serialized) return incoming(given)
  return new Message({ isNewMsg: true, ...given })
}

window.stub = {
  record,
  pair,
  /** Whether the library hears of new messages. */
  isHeard: () => Boolean(messages.listeners.get('add')?.length),
  socket: (state) => socket.set(state),
  sync: () => socket.sync(),
  newCode(ref) {
    conn.ref = ref
    conn.emit('change:ref', conn, ref)
  },
  fault: (kind) => record.faults.push(kind),
  loseModule: (name) => config.missing.push(name),
  identify: (id, fields) => Object.assign(personOf(id), fields),
  /** Somebody writes; gives the message's id. */
  receive(given) {
    const message = makeMessage(given)
    if (!given.id?._serialized) chats.get(message.id.remote) ?? chats.make(message.id.remote)
    if (message.type === 'gp2' || given.id?._serialized) messages.emit('add', message)
    else messages.add(message)
    return message.id?._serialized
  },
  /** Somebody sends a file. */
  async receiveFile({ base64, ...given }) {
    const blob = new Blob([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))])
    const filehash = await hashOf(blob)
    if (!given.gone) files.set(filehash, blob)
    return window.stub.receive({ size: blob.size, ...given, filehash, directPath: `/stub/${filehash}` })
  },
  /** A message that came while nobody listened. */
  missed(given) {
    const message = incoming(given)
    messages.byId.set(message.id._serialized, message)
    const chat = chats.get(message.id.remote) ?? chats.make(message.id.remote)
    chat.take(message)
    return message.id._serialized
  },
  ack(id, ack) {
    const message = messages.get(id)
    message.ack = ack
    messages.emit('change:ack', message, ack)
  },
  edit(id, body) {
    const message = messages.get(id)
    const before = message.body
    Object.assign(message, { body, latestEditMsgKey: { id: 'x' }, latestEditSenderTimestampMs: 1_790_000_100_000 })
    messages.emit('change:body change:caption'.split(' ')[0], message, body, before)
  },
  revoke(id) {
    const message = messages.get(id)
    message.type = 'revoked'
    messages.emit('change:type', message)
  },
  react(id, from, reactionText) {
    const parent = messages.get(id).id
    modules.WAWebAddonReactionTableMode.reactionTableMode.bulkUpsert([
      {
        id: new MsgKey({ fromMe: false, remote: parent.remote, id: `R${++stanza}` }),
        reactionParentKey: parent,
        reactionTimestamp: 1_790_000_200_000,
        reactionText,
        author: wid(from),
      },
    ])
  },
  /** Something happens in a group. */
  group({ chat, subtype, author, recipients = [], body }) {
    const t = Math.floor(Date.now() / 1000)
    const data = { chat, from: author, type: 'gp2', subtype, t, body, recipients }
    window.stub.receive(data)
  },
}
