import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupCreator, GroupProgress, GroupRequest } from '../../../src/conversations/abilities.ts'
import type { ChannelContext } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type { Account } from './account.ts'
import type { AccountSettings } from './settings.ts'

/** Makes groups with a user account: no bot can (core.telegram.org/bots/api has no such method). */
export function createGroupCreator(
  context: ChannelContext<AccountSettings>,
  account: Account,
  wait: (ms: number) => Promise<void> = async (ms) => void (await sleep(ms)),
): GroupCreator {
  return {
    async createGroup(request, given, save) {
      check(request)
      await account.checkSending()
      const { makeGroup } = await import('./make-group.ts')
      const progress: GroupProgress = structuredClone(given)
      return account.ask((client) =>
        makeGroup({ client, context, wait, request, progress, save: () => save(progress) }),
      )
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
