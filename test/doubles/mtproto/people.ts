import { Long, type tl } from '@mtcute/core'
import { type Handler, refusal } from './schema.ts'
import type { World } from './world.ts'

/** People, and what one has missed. */
export const peopleHandlers: Record<string, Handler> = {
  'users.getUsers': ({ id }: tl.users.RawGetUsersRequest, world: World) =>
    id.flatMap((who) => {
      if (who._ === 'inputUserSelf') return [world.self]
      const found = who._ === 'inputUser' ? world.users.get(who.userId) : undefined
      return found && who._ === 'inputUser' && found.accessHash?.eq(who.accessHash) ? [found] : []
    }),
  'contacts.resolveUsername': ({ username }: tl.contacts.RawResolveUsernameRequest, world: World) => {
    const found = [...world.users.values()].find((each) => each.username?.toLowerCase() === username.toLowerCase())
    if (!found) throw refusal('USERNAME_NOT_OCCUPIED')
    return { _: 'contacts.resolvedPeer', peer: world.peerOf(found.id), users: [found], chats: [] }
  },
  'contacts.importContacts': ({ contacts }: tl.contacts.RawImportContactsRequest, world: World) => {
    const users = contacts.flatMap(({ phone }) =>
      [...world.users.values()].filter((each) => each.phone === phone.replaceAll(/\D/g, '')),
    )
    const imported = users.map((each) => ({ _: 'importedContact', userId: each.id, clientId: Long.ONE }))
    return { _: 'contacts.importedContacts', imported, popularInvites: [], retryContacts: [], users }
  },
  'updates.getState': (_: unknown, world: World) => state(world),
  'updates.getDifference': ({ pts }: tl.updates.RawGetDifferenceRequest, world: World) => {
    const missed = world.kept
      .filter((each) => each.channelId === undefined && each.pts > pts)
      .map(({ update }) => update)
    const channels = [...new Set(world.kept.flatMap(({ channelId }) => channelId ?? []))]
    const tooLong = channels.map((channelId) => ({ _: 'updateChannelTooLong' as const, channelId }))
    if (missed.length === 0 && tooLong.length === 0) {
      return { _: 'updates.differenceEmpty', date: world.now(), seq: 1 }
    }
    const newMessages = missed.flatMap((update) => (update._ === 'updateNewMessage' ? [update.message] : []))
    const otherUpdates = [...missed.filter(({ _ }) => _ !== 'updateNewMessage'), ...tooLong]
    const named = world.namedIn([missed, tooLong])
    return {
      _: 'updates.difference',
      newMessages,
      newEncryptedMessages: [],
      otherUpdates,
      ...named,
      state: state(world),
    }
  },
  'updates.getChannelDifference': ({ channel, pts }: tl.updates.RawGetChannelDifferenceRequest, world: World) => {
    const channelId = channel._ === 'inputChannel' ? channel.channelId : 0
    const missed = world.kept
      .filter((each) => each.channelId === channelId && each.pts > pts)
      .map(({ update }) => update)
    const now = world.channelPts.get(channelId) ?? 1
    if (missed.length === 0) return { _: 'updates.channelDifferenceEmpty', final: true, pts: now, timeout: 60 }
    const newMessages = missed.flatMap((update) => (update._ === 'updateNewChannelMessage' ? [update.message] : []))
    const otherUpdates = missed.filter(({ _ }) => _ !== 'updateNewChannelMessage')
    return {
      _: 'updates.channelDifference',
      final: true,
      pts: now,
      timeout: 60,
      newMessages,
      otherUpdates,
      ...world.namedIn(missed),
    }
  },
}

function state(world: World): tl.updates.RawState {
  return { _: 'updates.state', pts: world.pts, qts: 0, date: world.now(), seq: 1, unreadCount: 0 }
}
