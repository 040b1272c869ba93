import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupCreator, GroupProgress, GroupRequest } from '../../../src/conversations/abilities.ts'
import type { ChannelContext } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type { Account } from './account.ts'
import type { BotGroups } from './bot-groups.ts'
import type { AccountSettings } from './settings.ts'

interface Parts {
  account: Account
  botGroups: BotGroups
  wait: ((ms: number) => Promise<void>) | undefined
}

/** Makes groups with a user account: no bot can (core.telegram.org/bots/api has no such method). */
export function createGroupCreator(
  context: ChannelContext<AccountSettings>,
  { account, botGroups, wait = async (ms) => void (await sleep(ms)) }: Parts,
): GroupCreator {
  return {
    async createGroup(request, given, save) {
      check(request)
      await account.checkSending()
      const { makeGroup } = await import('./make-group.ts')
      const progress: GroupProgress = structuredClone(given)
      const isBot = (index: string) => request.people[Number(index)]?.role === 'bot'
      const mayHaveBot = request.people.some(({ role }) => role === 'bot')
      const keep = async () => {
        // Before anybody comes in and says something.
        if (mayHaveBot && progress.thread !== undefined) await botGroups.note(progress.thread)
        await save(progress)
      }
      const made = await account.ask((client) => makeGroup({ client, context, wait, request, progress, save: keep }))
      const hasBot = Object.entries(made.people).some(([index, { added }]) => added && isBot(index))
      if (mayHaveBot && !hasBot) await botGroups.forget(made.thread)
      return made
    },
  }
}

/** Telegram's limits of a group (core.telegram.org/method/channels.createChannel). */
function check({ title, description = '' }: GroupRequest): void {
  if (title.trim() === '')
    throw new AppError('invalid', 'The title of the group is empty: expected 1 to 128 characters.')
  if (description.length <= 255) return
  throw new AppError('invalid', `The description has ${description.length} characters: expected at most 255.`)
}
