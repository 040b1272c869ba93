import { Long, type tl } from '@mtcute/core'
import { uploaded } from './files.ts'
import { chatOf, container } from './messages.ts'
import { type Handler, refusal } from './schema.ts'
import { supergroup, type World } from './world.ts'

/** Making groups and bringing people in (core.telegram.org/api/channel, /api/invites). */
export const groupHandlers: Record<string, Handler> = {
  'channels.createChannel': ({ title, about, megagroup }: tl.channels.RawCreateChannelRequest, world: World) => {
    if (title.trim() === '') throw refusal('CHAT_TITLE_EMPTY')
    if (title.length > 128) throw refusal('CHAT_TITLE_TOO_LONG')
    if (about.length > 255) throw refusal('CHAT_ABOUT_TOO_LONG')
    if (!megagroup) throw refusal('CHAT_INVALID')
    const chat = supergroup(2_000_000_000 + world.nextNumber(), { title, creator: true, date: world.now() })
    world.chats.set(chat.id, chat)
    world.groups.set(chat.id, { about, photo: false, members: new Set([world.self.id]), admins: new Set(), links: [] })
    const action: tl.TypeMessageAction = { _: 'messageActionChannelCreate', title }
    const peerId: tl.TypePeer = { _: 'peerChannel', channelId: chat.id }
    const update = world.newMessage(service(world, peerId, action))
    return container(world, [update])
  },
  'messages.editChatAbout': ({ peer, about }: tl.messages.RawEditChatAboutRequest, world: World) => {
    const group = groupOf(peer, world)
    if (about.length > 255) throw refusal('CHAT_ABOUT_TOO_LONG')
    if (group.about === about) throw refusal('CHAT_ABOUT_NOT_MODIFIED')
    group.about = about
    return true
  },
  'channels.editPhoto': ({ channel, photo }: tl.channels.RawEditPhotoRequest, world: World) => {
    if (photo._ !== 'inputChatUploadedPhoto' || !photo.file) throw refusal('PHOTO_INVALID')
    uploaded(world, photo.file)
    groupOf(asPeer(channel), world).photo = true
    return container(world, [])
  },
  'channels.inviteToChannel': ({ channel, users }: tl.channels.RawInviteToChannelRequest, world: World) => {
    const group = groupOf(asPeer(channel), world)
    const missingInvitees: tl.RawMissingInvitee[] = []
    for (const who of users) {
      const id = knownUser(who, world)
      const missing = world.missing.get(id)
      if (missing) missingInvitees.push({ _: 'missingInvitee', userId: id, ...missing })
      else if (group.members.has(id)) throw refusal('USER_ALREADY_PARTICIPANT')
      else group.members.add(id)
    }
    return { _: 'messages.invitedUsers', updates: container(world, []), missingInvitees }
  },
  'channels.editAdmin': ({ channel, userId, adminRights }: tl.channels.RawEditAdminRequest, world: World) => {
    const group = groupOf(asPeer(channel), world)
    const id = knownUser(userId, world)
    if (!group.members.has(id)) throw refusal('USER_NOT_PARTICIPANT')
    if (!Object.values(adminRights).includes(true)) throw refusal('ADMIN_RIGHTS_EMPTY')
    group.admins.add(id)
    return container(world, [])
  },
  'messages.exportChatInvite': (
    request: tl.messages.RawExportChatInviteRequest,
    world: World,
  ): tl.RawChatInviteExported => {
    const group = groupOf(request.peer, world)
    if (request.legacyRevokePermanent) throw new Error('This would revoke the link that others have.')
    const link = `https://t.me/+invite${group.links.length + 1}`
    group.links.push(link)
    return { _: 'chatInviteExported', link, adminId: world.self.id, date: world.now() }
  },
  'messages.getDialogs': (_: unknown, world: World): tl.messages.RawDialogs => ({
    _: 'messages.dialogs',
    dialogs: [],
    messages: [],
    chats: [...world.chats.values()],
    users: [world.self],
  }),
  'messages.getChats': ({ id }: tl.messages.RawGetChatsRequest, world: World) => ({
    _: 'messages.chats',
    chats: id.flatMap((each) => world.chats.get(each) ?? []),
  }),
  'channels.getChannels': ({ id }: tl.channels.RawGetChannelsRequest, world: World) => {
    const found = id.flatMap((each) => {
      const chat = each._ === 'inputChannel' ? world.chats.get(each.channelId) : undefined
      return chat?._ === 'channel' && each._ === 'inputChannel' && chat.accessHash?.eq(each.accessHash) ? [chat] : []
    })
    if (found.length === 0) throw refusal('CHANNEL_INVALID')
    return { _: 'messages.chats', chats: found }
  },
  'channels.getFullChannel': (
    { channel }: tl.channels.RawGetFullChannelRequest,
    world: World,
  ): tl.messages.RawChatFull => {
    const { about } = groupOf(asPeer(channel), world)
    const id = 'channelId' in channel ? channel.channelId : 0
    const fullChat: tl.RawChannelFull = {
      _: 'channelFull',
      id,
      about,
      readInboxMaxId: 0,
      readOutboxMaxId: 0,
      unreadCount: 0,
      chatPhoto: { _: 'photoEmpty', id: Long.ZERO },
      notifySettings: { _: 'peerNotifySettings' },
      botInfo: [],
      pts: 1,
    }
    return { _: 'messages.chatFull', fullChat, chats: [], users: [] }
  },
}

export function service(world: World, peerId: tl.TypePeer, action: tl.TypeMessageAction): tl.RawMessageService {
  const fromId = world.peerOf(world.self.id)
  return { _: 'messageService', out: true, id: world.nextNumber(), fromId, peerId, date: world.now(), action }
}

function asPeer(channel: tl.TypeInputChannel): tl.TypeInputPeer {
  return channel._ === 'inputChannel' ? { ...channel, _: 'inputPeerChannel' } : { _: 'inputPeerEmpty' }
}

function groupOf(peer: tl.TypeInputPeer, world: World) {
  const chat = chatOf(peer, world)
  const group = chat._ === 'peerChannel' ? world.groups.get(chat.channelId) : undefined
  if (!group) throw refusal('CHANNEL_PRIVATE')
  return group
}

function knownUser(who: tl.TypeInputUser, world: World): number {
  if (who._ !== 'inputUser' || !world.users.get(who.userId)?.accessHash?.eq(who.accessHash))
    throw refusal('USER_ID_INVALID')
  return who.userId
}
