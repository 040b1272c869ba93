import { Long, type tl } from '@mtcute/core'

/** Who and what there is at the stand-in, as one account sees it. */
export interface World {
  self: tl.RawUser
  users: Map<number, tl.RawUser>
  chats: Map<number, tl.RawChat | tl.RawChannel | tl.RawChannelForbidden>
  /** Descriptions of groups and who is in them, by number. */
  groups: Map<number, { about: string; photo: boolean; members: Set<number>; admins: Set<number>; links: string[] }>
  /** Who is not brought in by an invitation, by number. */
  missing: Map<number, Omit<tl.RawMissingInvitee, '_' | 'userId'>>
  messages: tl.RawMessage[]
  /** Bytes of files by the number of their place. */
  files: Map<string, Uint8Array>
  /** Parts that were uploaded, by the upload. */
  uploads: Map<string, Map<number, Uint8Array>>
  /** Keys of sessions that are signed in. */
  sessions: Set<string>
  /** Those that still owe the password. */
  halfSignedIn: Set<string>
  signIn: { code: string; phone: string; password: string | undefined; hint: string }
  qr: { scanned: boolean; seconds: number; given: number }
  pts: number
  /** Of a supergroup, by its number. */
  channelPts: Map<number, number>
  now(): number
  peerOf(id: number): tl.TypePeer
  /** A message with a number of its own. */
  message(fields: Partial<tl.RawMessage> & { peerId: tl.TypePeer }): tl.RawMessage
  newMessage(message: tl.RawMessage | tl.RawMessageService): tl.TypeUpdate
  /** The next steps of the account's updates, or of a supergroup's. */
  step(channelId?: number): { pts: number; ptsCount: number }
  /** Keeps an update for those who ask what they missed. */
  keep(update: tl.TypeUpdate): void
  kept: { update: tl.TypeUpdate; pts: number; channelId: number | undefined }[]
  namedIn(held: unknown): { users: tl.TypeUser[]; chats: tl.TypeChat[] }
  nextNumber(): number
}

/** The account itself, a person who writes to it, and a bot. */
export const self = user(700000777, { self: true, firstName: 'Sales', username: 'sales_account', phone: '15550100777' })
export const ann = user(42, { firstName: 'Ann', lastName: 'Example', username: 'ann_example', langCode: 'en' })
export const boris = user(43, { firstName: 'Boris', phone: '15550100043' })
export const bot = user(700000001, { firstName: 'Agent', username: 'agent_bot', bot: true })
/** A supergroup and a basic group that the account is in. */
export const showroom = supergroup(1234567890, { title: 'Showroom' })
export const family: tl.RawChat = {
  _: 'chat',
  id: 5001,
  title: 'Family',
  photo: { _: 'chatPhotoEmpty' },
  participantsCount: 3,
  date: 1_700_000_000,
  version: 1,
}

export function user(id: number, fields: Partial<tl.RawUser>): tl.RawUser {
  return { _: 'user', id, accessHash: Long.fromNumber(id * 31 + 7), ...fields }
}

export function supergroup(id: number, fields: Partial<tl.RawChannel> & { title: string }): tl.RawChannel {
  const accessHash = Long.fromNumber(id * 17 + 3)
  return {
    _: 'channel',
    id,
    accessHash,
    megagroup: true,
    photo: { _: 'chatPhotoEmpty' },
    date: 1_700_000_000,
    ...fields,
  }
}

export function world(): World {
  let number = 1000
  const byId = <T extends { id: number }>(...all: T[]) => new Map(all.map((each) => [each.id, each]))
  const made: World = {
    self,
    users: byId(self, ann, boris, bot),
    chats: byId<tl.RawChat | tl.RawChannel | tl.RawChannelForbidden>(showroom, family),
    groups: new Map(),
    missing: new Map(),
    messages: [],
    files: new Map(),
    uploads: new Map(),
    sessions: new Set(),
    halfSignedIn: new Set(),
    signIn: { code: '12345', phone: '15550100777', password: undefined, hint: 'the usual' },
    qr: { scanned: false, seconds: 30, given: 0 },
    pts: 100,
    channelPts: new Map([[showroom.id, 10]]),
    kept: [],
    now: () => Math.floor(Date.now() / 1000),
    peerOf: (id) => (id > 0 ? { _: 'peerUser', userId: id } : { _: 'peerChat', chatId: -id }),
    nextNumber: () => ++number,
    message: ({ peerId, ...fields }) => ({
      _: 'message',
      id: ++number,
      peerId,
      date: made.now(),
      message: '',
      ...fields,
    }),
    newMessage(message) {
      if (message._ === 'message') made.messages.push(message)
      const channelId = message.peerId._ === 'peerChannel' ? message.peerId.channelId : undefined
      const _ = channelId === undefined ? 'updateNewMessage' : 'updateNewChannelMessage'
      return { _, message, ...made.step(channelId) }
    },
    step(channelId) {
      if (channelId === undefined) return { pts: ++made.pts, ptsCount: 1 }
      const pts = (made.channelPts.get(channelId) ?? 1) + 1
      made.channelPts.set(channelId, pts)
      return { pts, ptsCount: 1 }
    },
    keep(update) {
      if (!('pts' in update) || typeof update.pts !== 'number') return
      const message = 'message' in update && typeof update.message === 'object' ? update.message : undefined
      const peer = message && 'peerId' in message ? message.peerId : undefined
      const channelId =
        'channelId' in update ? update.channelId : peer?._ === 'peerChannel' ? peer.channelId : undefined
      made.kept.push({ update, pts: update.pts, channelId })
    },
    namedIn(held) {
      const users = new Set<tl.RawUser>()
      const chats = new Set<tl.TypeChat>()
      walk(held, (key, id) => {
        const who = key === 'userId' || key === 'users' ? made.users.get(id) : undefined
        if (who) users.add(who)
        const chat = key === 'chatId' || key === 'channelId' ? made.chats.get(id) : undefined
        if (chat) chats.add(chat)
      })
      return { users: [...users], chats: [...chats] }
    },
  }
  return made
}

function walk(held: unknown, see: (key: string, id: number) => void): void {
  if (typeof held !== 'object' || held === null || ArrayBuffer.isView(held)) return
  for (const [key, value] of Object.entries(held)) {
    if (typeof value === 'number') see(key, value)
    else if (key === 'users' && Array.isArray(value)) for (const id of value) see(key, id)
    else walk(value, see)
  }
}
