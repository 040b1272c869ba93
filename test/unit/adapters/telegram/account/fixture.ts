import { Long, type tl } from '@mtcute/core'
import type { Peers } from '../../../../../adapters/telegram/account/inbound/peers.ts'
import { checked } from '../../../../doubles/mtproto/schema.ts'

/** An update as it lies in test/fixtures/telegram/account: long numbers as `{"$long": …}`, bytes as `{"$bytes": …}` in base64. */
export interface Fixture {
  origin: string
  update: unknown
  users: unknown[]
  chats: unknown[]
  expected: unknown
}

/** What an update of a fixture comes into. All of it has gone through the protocol's own bytes: what breaks its schema fails here. */
export function fixtureSituation({ update, users, chats }: Fixture) {
  const byId = <T extends { id: number }>(all: unknown[]) =>
    new Map(all.map((each) => checked<T>(revive(each))).map((each) => [each.id, each]))
  const peers: Peers = {
    self: { id: 700000777, usernames: ['sales_account'] },
    users: byId<tl.TypeUser>(users),
    chats: byId<tl.TypeChat>(chats),
  }
  const chatOf = (id: number): tl.TypePeer | undefined => (id === 21 ? { _: 'peerUser', userId: 1001 } : undefined)
  const memory = { chatOf, reactions: new Map(), takeRead: () => [20, 21] }
  const now = new Date('2026-11-02T09:00:00Z')
  return { update: checked<tl.TypeUpdate>(revive(update)), peers, rest: { memory, groups: 'all' as const, now } }
}

export function revive(held: unknown): unknown {
  if (Array.isArray(held)) return held.map(revive)
  if (typeof held !== 'object' || held === null) return held
  if ('$long' in held) return Long.fromString(String(held.$long))
  if ('$bytes' in held) return Buffer.from(String(held.$bytes), 'base64')
  return Object.fromEntries(Object.entries(held).map(([key, value]) => [key, revive(value)]))
}
