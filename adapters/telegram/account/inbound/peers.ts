import type { tl } from '@mtcute/core'
import type { Person, ThreadRef } from '../../../../src/conversations/event.ts'
import { parsePhone } from '../../../../src/platform/phone.ts'
import { numberOf } from '../thread.ts'

/** Whom an update speaks of, by their numbers, and who we are. */
export interface Peers {
  self: { id: number; usernames: readonly string[] }
  users: ReadonlyMap<number, tl.TypeUser>
  /** Groups and channels by the protocol's own numbers. */
  chats: ReadonlyMap<number, tl.TypeChat>
}

/** What is known of a user. Telegram shows a phone only where its owner lets us see it, and has checked whose it is. */
export function personOfUser(id: number, { users }: Peers): Person {
  const identities = [{ kind: 'telegram', value: String(id) }]
  const user = users.get(id)
  if (user?._ !== 'user') return { identities }
  const person: Person = { identities }
  if (user.firstName) person.firstName = user.firstName
  if (user.lastName) person.lastName = user.lastName
  const username = usernamesOf(user)[0]
  if (username !== undefined) person.username = username
  if (user.langCode) person.language = user.langCode
  const phone = user.phone ? parsePhone(`+${user.phone.replaceAll(/\D/g, '')}`) : undefined
  if (phone !== undefined) {
    person.phone = phone
    identities.push({ kind: 'phone', value: phone })
  }
  if (user.bot) person.bot = true
  return person
}

/** Whoever stands behind a peer: a person, or a chat that speaks itself (an anonymous admin, a channel). */
export function personOfPeer(peer: tl.TypePeer, peers: Peers, signature?: string): Person {
  if (peer._ === 'peerUser') return personOfUser(peer.userId, peers)
  const person: Person = { identities: [{ kind: 'telegram_chat', value: String(numberOf(peer)) }] }
  const chat = chatOf(peer, peers)
  if (chat && 'title' in chat) person.firstName = chat.title
  if (signature) person.lastName = signature
  return person
}

/** The thread of a chat as a whole. */
export function chatThread(peer: tl.TypePeer, peers: Peers): ThreadRef {
  const id = String(numberOf(peer))
  if (peer._ === 'peerUser') return { id, kind: 'direct' }
  const chat = chatOf(peer, peers)
  return { id, kind: 'group', ...(chat && 'title' in chat && { title: chat.title }) }
}

export function chatOf(peer: tl.TypePeer, { chats }: Peers): tl.TypeChat | undefined {
  if (peer._ === 'peerUser') return undefined
  return chats.get(peer._ === 'peerChat' ? peer.chatId : peer.channelId)
}

/** All names that a user goes by, the one that is shown first. */
export function usernamesOf(user: tl.RawUser): string[] {
  const others = (user.usernames ?? []).filter(({ active }) => active).map(({ username }) => username)
  return [...new Set([...(user.username ? [user.username] : []), ...others])]
}

/** The account through which Telegram itself speaks; its messages hold sign-in codes (core.telegram.org/api/auth). */
const telegramItself = 777000

/**
 * Whether a chat becomes a conversation. Not what we write to ourselves, not Telegram's own notices, which hold
 * sign-in codes, not channels that the account only reads, and groups only where they are wanted.
 */
export function isHeard(peer: tl.TypePeer, peers: Peers, groups: 'all' | 'none'): boolean {
  if (peer._ === 'peerUser') return peer.userId !== peers.self.id && peer.userId !== telegramItself
  if (groups === 'none') return false
  const chat = chatOf(peer, peers)
  return !(chat && 'broadcast' in chat && chat.broadcast === true)
}
