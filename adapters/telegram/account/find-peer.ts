import type { tl } from '@mtcute/core'
import type { TelegramClient } from '@mtcute/core/client.js'
import type { Identity } from '../../../src/conversations/message.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { meetDialogs } from './dialogs.ts'
import type { AccountAddress } from './thread.ts'
import { refusalOf, strangerError } from './vendor-error.ts'

/** Ways to somebody, the surest first: the number, then the name, then the phone. */
export interface WaysTo {
  id?: number
  username?: string
  phone?: string
}

/** What identities say of the ways to a person. A bot is told by the address of its channel, `@dealer_bot`. */
export function waysTo(identities: readonly Identity[]): WaysTo {
  const ways: WaysTo = {}
  for (const { kind, value } of identities) {
    if (kind === 'telegram' && /^\d+$/.test(value)) ways.id ??= Number(value)
    else if (/^(telegram|telegram_username|username|address)$/.test(kind) && /^@?\w{3,32}$/.test(value)) {
      ways.username ??= value.replace(/^@/, '')
    } else if (kind === 'phone' && /^\+?\d{5,15}$/.test(value)) ways.phone ??= `+${value.replace(/^\+/, '')}`
  }
  return ways
}

/**
 * Somebody as the protocol wants to be told of them, with the hash that only those have who met. Asks as little as it can: whom we know, by
 * name, by phone; the last puts the person into the account's contacts. Throws `unreachable` for whom nothing leads to.
 */
export async function findPerson(client: TelegramClient, ways: WaysTo, name: string): Promise<tl.TypeInputPeer> {
  const { id, username, phone } = ways
  if (id !== undefined) {
    const known = await client.storage.peers.getById(id)
    if (known) return known
  }
  if (username !== undefined) {
    const named = await orNobody(() => client.resolvePeer(username))
    // A name changes hands: whoever has another number is not who was meant.
    if (named && (id === undefined || userIdOf(named) === id)) return named
  }
  if (phone !== undefined) {
    const found = await importPhone(client, phone, name)
    if (found && (id === undefined || found.userId === id)) return found
  }
  if (id === undefined) throw strangerError('')
  const met = (await orNobody(() => client.resolvePeer(id))) ?? (await metInDialogs(client, id))
  if (met) return met
  throw strangerError(
    `The number ${id} alone opens nothing: it needs a @username, a phone, or a message to this account.`,
  )
}

/** Where an address leads; a person found by name or phone has a number from then on. */
export async function findChat(client: TelegramClient, address: AccountAddress): Promise<tl.TypeInputPeer> {
  if (!('chat' in address)) return findPerson(client, address, 'phone' in address ? address.phone : address.username)
  if (address.chat > 0) return findPerson(client, { id: address.chat }, String(address.chat))
  if (address.chat > -1_000_000_000_000) return { _: 'inputPeerChat', chatId: -address.chat }
  const known = (await orNobody(() => client.resolvePeer(address.chat))) ?? (await metInDialogs(client, address.chat))
  if (known) return known
  throw strangerError(`It is not in the group ${address.chat}.`)
}

/** Somebody whose hash was not kept over a restart, but who is among the account's latest conversations. */
async function metInDialogs(client: TelegramClient, id: number): Promise<tl.TypeInputPeer | undefined> {
  return (await meetDialogs(client)) ? ((await client.storage.peers.getById(id)) ?? undefined) : undefined
}

export function userIdOf(peer: tl.TypeInputPeer): number | undefined {
  return 'userId' in peer ? peer.userId : undefined
}

/** The person as those calls want it that take people alone. */
export function inputUser(peer: tl.TypeInputPeer): tl.TypeInputUser {
  if (peer._ === 'inputPeerSelf') return { _: 'inputUserSelf' }
  if (peer._ === 'inputPeerUser') return { _: 'inputUser', userId: peer.userId, accessHash: peer.accessHash }
  if (peer._ === 'inputPeerUserFromMessage') return { ...peer, _: 'inputUserFromMessage' }
  throw new AppError('invalid', 'Expected a person, not a group.')
}

async function orNobody(look: () => Promise<tl.TypeInputPeer>): Promise<tl.TypeInputPeer | undefined> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof Error && error.constructor.name === 'MtPeerNotFoundError') return undefined
    const word = refusalOf(error)?.word ?? ''
    if (/^(USERNAME_|PHONE_NOT_OCCUPIED|PEER_ID_INVALID|USER_ID_INVALID|CHANNEL_(INVALID|PRIVATE))/.test(word))
      return undefined
    throw error
  }
}

/** The person with a phone, who becomes a contact of the account by it (core.telegram.org/method/contacts.importContacts). */
async function importPhone(client: TelegramClient, phone: string, name: string) {
  const known = await client.storage.peers.getByPhone(phone.slice(1))
  if (known?._ === 'inputPeerUser') return known
  const [firstName = phone, ...rest] = name.split(' ')
  const contact = { phone, firstName, lastName: rest.join(' ') }
  const { users, retryContacts } = await client.importContacts([contact])
  if (retryContacts.length > 0) {
    const message = 'Telegram lets this account look up no more phones for now.'
    throw new AppError('rate_limited', message, { retryAfterMs: 3_600_000 })
  }
  const user = users.find((candidate) => candidate._ === 'user')
  if (!user?.accessHash) return undefined
  return { _: 'inputPeerUser' as const, userId: user.id, accessHash: user.accessHash }
}
