import { randomBytes } from 'node:crypto'
import type { tl } from '@mtcute/core'
import type { TelegramClient } from '@mtcute/core/client.js'
import type { GroupProgress, GroupRequest, Invited, MadeGroup } from '../../../src/conversations/abilities.ts'
import type { ChannelContext } from '../../../src/conversations/channel.ts'
import { AppError, messageOf } from '../../../src/platform/errors.ts'
import { findMarkedGroup } from './find-marked-group.ts'
import { findChat, findPerson, inputUser, waysTo } from './find-peer.ts'
import { isUnreachable, whyMissing, whyNotInvited } from './invite-refusals.ts'
import { channelNumber } from './thread.ts'
import { refusalOf, vendorError, waitOf } from './vendor-error.ts'

export interface GroupWork {
  client: TelegramClient
  context: Pick<ChannelContext, 'files' | 'log'>
  wait(ms: number): Promise<void>
  request: GroupRequest
  /** Changed as the work goes on; `save` keeps it. */
  progress: GroupProgress
  save(): Promise<void>
}

/** Waits up to this are waited for on the spot; for longer ones the order comes back later. */
const waitedOutMs = 30_000
const waits = 5

/** Longest title of a group; Telegram cuts longer ones. */
const titleLimit = 128

/**
 * Makes a supergroup and brings people into it, each step noted before the next.
 *
 * That no second group is made: before the first is made, a mark is noted, and the group is made with the mark for a description. Called
 * again without knowing whether it was made, we look for a group of ours with that mark. Only then the mark gives way to the
 * true description.
 */
export async function makeGroup(work: GroupWork): Promise<MadeGroup> {
  const { client, request, progress, save } = work
  const title = request.title.trim().slice(0, titleLimit)
  if (progress.thread === undefined) {
    progress.thread = String(channelNumber(await madeOrFound(work, title)))
    await save()
  }
  const peer = await findChat(client, { chat: Number(progress.thread) })
  const channel = inputChannel(peer)
  if (!progress.described) {
    const about = request.description ?? ''
    await unlessSame(patiently(work, () => client.call({ _: 'messages.editChatAbout', peer, about })))
    progress.described = true
    await save()
  }
  await givePicture(work, peer)
  for (const [index, person] of inOrder(request.people)) await bringIn(work, channel, index, person)
  if (progress.link === undefined) {
    const { link } = await patiently(work, () => client.createInviteLink(peer))
    progress.link = link
    await save()
  }
  return { thread: progress.thread, title, link: progress.link, people: progress.people }
}

async function madeOrFound(work: GroupWork, title: string): Promise<number> {
  const { client, progress, save } = work
  const noted = progress.own?.mark
  if (typeof noted === 'string') {
    const found = await patiently(work, () => findMarkedGroup(client, title, noted))
    if (found !== undefined) return found
  }
  const mark = typeof noted === 'string' ? noted : `parley:${randomBytes(9).toString('base64url')}`
  progress.own = { ...progress.own, mark }
  await save()
  const chat = await patiently(work, () => client.createSupergroup({ title, description: mark })).catch((error) => {
    throw creationError(error)
  })
  return -1_000_000_000_000 - chat.id
}

/** Bots first, so that they see what follows, then managers, then the client, who finds everybody there. */
function inOrder(people: readonly Invited[]): [number, Invited][] {
  const turn = { bot: 0, manager: 1, client: 2 }
  return [...people.entries()].toSorted(([, a], [, b]) => turn[a.role] - turn[b.role])
}

async function bringIn(work: GroupWork, channel: tl.TypeInputChannel, index: number, person: Invited): Promise<void> {
  const { client, progress, save } = work
  const before = progress.people[index]
  const administers = person.role !== 'client'
  if (before?.added === false || (before?.added && (before.admin || !administers))) return
  const note = async (outcome: GroupProgress['people'][number]) => {
    progress.people[index] = outcome
    await save()
  }
  // Each more call would make it worse.
  if (progress.own?.flooded === true) return note({ added: false, why: notTried, unreachable: true })
  let user: tl.TypeInputUser
  try {
    user = inputUser(await patiently(work, () => findPerson(client, waysTo(person.identities), person.name)))
    if (!before?.added) {
      const {
        missingInvitees: [missing],
        updates,
      } = await patiently(work, () => client.call({ _: 'channels.inviteToChannel', channel, users: [user] }))
      client.handleClientUpdate(updates)
      if (missing) {
        const unreachable = missing.premiumRequiredForPm ? { unreachable: true as const } : {}
        return await note({ added: false, why: whyMissing(missing), ...unreachable })
      }
    }
  } catch (error) {
    const why = whyNotBrought(error)
    if (why === undefined) throw error
    const refusal = refusalOf(error)
    if (refusal?.word === 'PEER_FLOOD') progress.own = { ...progress.own, flooded: true }
    if (refusal?.word !== 'USER_ALREADY_PARTICIPANT') {
      return note({ added: false, why, ...(isUnreachable(refusal) && { unreachable: true }) })
    }
    user = inputUser(await findPerson(client, waysTo(person.identities), person.name))
  }
  if (!before?.added) await note({ added: true })
  if (administers && (await promote(work, channel, user, person))) await note({ added: true, admin: true })
}

const notTried = 'Not tried: Telegram takes this account for a sender of spam and lets it add nobody for now.'

/** In words, why somebody stays outside; undefined for what is worth another try of the whole order. */
function whyNotBrought(error: unknown): string | undefined {
  const refusal = refusalOf(error)
  if (refusal) return refusal.word === 'USER_ALREADY_PARTICIPANT' ? '' : whyNotInvited(refusal)
  const told = vendorError(error)
  return told.code === 'gone' || told.code === 'invalid' ? told.message : undefined
}

const rights = {
  manager: {
    changeInfo: true,
    deleteMessages: true,
    banUsers: true,
    inviteUsers: true,
    pinMessages: true,
    manageCall: true,
    manageTopics: true,
  },
  // Whichever right makes a bot an administrator, and an administrator hears all that is said.
  bot: { inviteUsers: true, pinMessages: true },
}

/** Makes a member an administrator. Who cannot be stays a member, which stops nothing. */
async function promote(
  work: GroupWork,
  channel: tl.TypeInputChannel,
  user: tl.TypeInputUser,
  { role, name }: Invited,
): Promise<boolean> {
  if (role === 'client') return false
  const adminRights = { _: 'chatAdminRights' as const, ...rights[role] }
  try {
    const updates = await patiently(work, () =>
      work.client.call({ _: 'channels.editAdmin', channel, userId: user, adminRights, rank: '' }),
    )
    work.client.handleClientUpdate(updates)
    return true
  } catch (error) {
    const refusal = refusalOf(error)
    if (!refusal || whyNotInvited(refusal) === undefined) throw error
    work.context.log.warn(
      { name, refusal: refusal.word },
      'A member of a new group could not be made an administrator.',
    )
    return false
  }
}

/** A picture that Telegram does not take stops nothing. */
async function givePicture(work: GroupWork, peer: tl.TypeInputPeer): Promise<void> {
  const { client, context, request, progress, save } = work
  if (request.picture === undefined || progress.pictured !== undefined) return
  try {
    const { body, mime, size } = await context.files.open(request.picture)
    const media = await client.uploadFile({ file: body, fileSize: size, fileMime: mime, fileName: 'picture.jpg' })
    await patiently(work, () => client.setChatPhoto({ chatId: peer, type: 'photo', media }))
    progress.pictured = true
  } catch (error) {
    const told = vendorError(error)
    if (told.retryable) throw error
    context.log.warn({ error: messageOf(told) }, 'The picture of a new group was not taken.')
    progress.pictured = false
  }
  await save()
}

/** Does one call; a short wait that Telegram asks for is waited for, a long one is thrown. */
async function patiently<T>(work: GroupWork, call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call()
    } catch (error) {
      const refusal = refusalOf(error)
      const waitMs = refusal && waitOf(refusal)
      if (waitMs === undefined || waitMs > waitedOutMs || tries > waits) throw error
      await work.wait(waitMs)
    }
  }
}

async function unlessSame(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (refusalOf(error)?.word !== 'CHAT_ABOUT_NOT_MODIFIED') throw error
  }
}

function inputChannel(peer: tl.TypeInputPeer): tl.TypeInputChannel {
  if (peer._ === 'inputPeerChannel') {
    return { _: 'inputChannel', channelId: peer.channelId, accessHash: peer.accessHash }
  }
  throw new AppError('gone', 'The group that was made is no longer known to this account.')
}

/** Why no group can be made at all (core.telegram.org/method/channels.createChannel). */
function creationError(error: unknown): unknown {
  const word = refusalOf(error)?.word
  const why = {
    CHANNELS_TOO_MUCH: 'This account is in too many groups: leave some, or use another account.',
    CHANNELS_ADMIN_PUBLIC_TOO_MUCH: 'This account has too many public groups.',
    CHANNELS_ADMIN_LOCATED_TOO_MUCH: 'This account has too many groups.',
    USER_RESTRICTED: 'Telegram has restricted this account for spam: it can make no groups. Ask @SpamBot.',
    CHAT_TITLE_EMPTY: 'Telegram takes the title for empty.',
  }[word ?? '']
  return why === undefined ? error : new AppError('forbidden', why, { detail: { refusal: word } })
}
