import type {
  GroupCreator,
  GroupProgress,
  GroupRequest,
  Invited,
  MadeGroup,
} from '../../../src/conversations/abilities.ts'
import type { ChannelContext } from '../../../src/conversations/channel.ts'
import { AppError, messageOf } from '../../../src/platform/errors.ts'
import type { Engine, UserIds } from './engine.ts'
import { sameUser, userOfIdentities } from './ids.ts'
import { openFile } from './outbound/open-file.ts'
import type { WhatsAppWebSettings } from './settings.ts'

export interface GroupTools {
  context: ChannelContext<WhatsAppWebSettings>
  engine: Engine
  /** Who our account is. */
  me(): UserIds
  /** Throws when nothing can be sent now. */
  check(): void
}

/** Longest title and description of a group in WhatsApp's apps. */
const longestTitle = 100
const longestDescription = 2_048

/**
 * Makes groups. The moment of the first try is noted before it, so that a group which was made without our hearing of it is
 * found again by its title instead of being made twice.
 */
export function createGroups(tools: GroupTools): GroupCreator {
  return {
    async createGroup(request, progress, save) {
      tools.check()
      const title = [...request.title.trim()].slice(0, longestTitle).join('')
      if (title === '') throw new AppError('invalid', 'title is empty: expected what the group is to be called.')
      const state: GroupProgress = { ...progress, people: { ...progress.people } }
      const keep = () => save(structuredClone(state))
      const users = await findUsers(tools, request.people, state)
      await keep()
      state.thread ??= await makeGroup(tools, title, users, state, keep)
      await keep()
      await addMissing(tools, state.thread, users, state, keep)
      await dressGroup(tools, state.thread, request, state, keep)
      await promoteManagers(tools, state.thread, request.people, users, state, keep)
      return madeGroup(state.thread, title, state)
    },
  }
}

/** The ids of those who can be brought in; for the others it is noted why not. By place in the request. */
async function findUsers(tools: GroupTools, people: Invited[], state: GroupProgress): Promise<Map<number, string>> {
  const users = new Map<number, string>()
  for (const [index, person] of people.entries()) {
    const told = userOfIdentities(person.identities)
    if (told === undefined) {
      state.people[index] ??= {
        added: false,
        why: `${person.name} has neither a WhatsApp account nor a phone that we know.`,
      }
      continue
    }
    // A group is made of numbers: whom WhatsApp hides can only come by the link.
    const user = told.endsWith('@lid') ? (await tools.engine.idsOf(told)).phone : told
    if (user === undefined) {
      state.people[index] ??= { added: false, why: `WhatsApp does not tell the number of ${person.name}.` }
    } else if (sameUser(user, tools.me())) state.people[index] = { added: true, admin: true }
    else users.set(index, user)
  }
  return users
}

async function makeGroup(
  { context, engine }: GroupTools,
  title: string,
  users: Map<number, string>,
  state: GroupProgress,
  keep: () => Promise<void>,
): Promise<string> {
  const firstTry = state.own?.triedAt
  if (typeof firstTry === 'string') {
    const found = await engine.findGroup(title, new Date(firstTry))
    if (found !== undefined) return found
  } else {
    state.own = { ...state.own, triedAt: context.clock.now().toISOString() }
    await keep()
  }
  const { chat, outcomes } = await engine.createGroup(title, [...new Set(users.values())])
  for (const [index, user] of users) {
    const outcome = outcomes[user]
    if (outcome !== undefined) state.people[index] = outcomeOf(outcome)
  }
  return chat
}

/** Whom WhatsApp said nothing of, or whom an earlier attempt did not get to. */
async function addMissing(
  { engine }: GroupTools,
  thread: string,
  users: Map<number, string>,
  state: GroupProgress,
  keep: () => Promise<void>,
): Promise<void> {
  for (const [index, user] of users) {
    if (state.people[index] !== undefined) continue
    state.people[index] = outcomeOf(await engine.addToGroup(thread, user))
    await keep()
  }
}

/** Description, picture and link: a group without them is a group all the same. */
async function dressGroup(
  { context, engine }: GroupTools,
  thread: string,
  { description, picture }: GroupRequest,
  state: GroupProgress,
  keep: () => Promise<void>,
): Promise<void> {
  const attempt = async (what: string, work: () => Promise<void>) => {
    try {
      await work()
      await keep()
    } catch (error) {
      context.log.warn({ thread, error: messageOf(error) }, `The group goes without its ${what}.`)
    }
  }
  if (description && !state.described) {
    await attempt('description', async () => {
      await engine.describe(thread, description.slice(0, longestDescription))
      state.described = true
    })
  }
  if (picture && !state.pictured) {
    await attempt('picture', async () => {
      const maxBytes = context.channel.settings.mediaLimitMb * 1_000_000
      await engine.setPicture(thread, await openFile({ file: { kept: picture } }, context, engine, maxBytes))
      state.pictured = true
    })
  }
  if (state.link === undefined) {
    await attempt('link', async () => {
      const link = await engine.inviteLink(thread)
      if (link !== undefined) state.link = link
    })
  }
}

async function promoteManagers(
  { context, engine }: GroupTools,
  thread: string,
  people: Invited[],
  users: Map<number, string>,
  state: GroupProgress,
  keep: () => Promise<void>,
): Promise<void> {
  for (const [index, user] of users) {
    const outcome = state.people[index]
    if (people[index]?.role !== 'manager' || !outcome?.added || outcome.admin) continue
    try {
      await engine.promote(thread, user)
      state.people[index] = { added: true, admin: true }
      await keep()
    } catch (error) {
      context.log.warn({ thread, error: messageOf(error) }, 'A manager could not be made an admin of the group.')
    }
  }
}

/** What WhatsApp's numbers mean (the library's src/structures/GroupChat.js). */
const refusals: Record<number, string> = {
  401: 'They have blocked our account.',
  403: 'They let nobody add them to groups: they can come by the link.',
  404: 'The number has no WhatsApp.',
  408: 'They left the group a short time ago: they can come back by the link.',
  417: 'They cannot be added to a community: they can come by the link.',
  419: 'The group is full.',
}

function outcomeOf(code: number): GroupProgress['people'][number] {
  if (code === 200 || code === 409) return { added: true }
  return { added: false, why: refusals[code] ?? `WhatsApp did not add them (${code}).` }
}

function madeGroup(thread: string, title: string, { link, people }: GroupProgress): MadeGroup {
  return { thread, title, ...(link !== undefined && { link }), people }
}
