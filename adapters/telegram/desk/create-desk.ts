import { BotError } from 'grammy'
import type { Update } from 'grammy/types'
import type { ChannelAdapter, ChannelContext, TeamRoom } from '../../../src/conversations/channel.ts'
import type { BotClient } from '../bot-client.ts'
import { fetchFile, largestFile } from '../fetch-file.ts'
import type { TelegramSettings } from '../settings.ts'
import { vendorError } from '../vendor-error.ts'
import { createDeskBot } from './desk-bot.ts'
import { hasDesk } from './desk-event.ts'

/** Longest name of a topic (core.telegram.org/bots/api#createforumtopic). */
const longestTitle = 128

/** What a bot does for the managers of its project; nothing where the desk is switched off. */
export function createDesk(
  client: BotClient,
  { channel: { settings }, desk, state, files }: ChannelContext<TelegramSettings>,
): Pick<ChannelAdapter, 'work' | 'room'> {
  if (!hasDesk(settings)) return {}
  const { teamGroup } = settings
  const keep = async (ref: string, mime: string | undefined) => {
    const file = await fetchFile(client, settings, ref)
    const { kept } = await files.keep(file.body, { mime: file.mime ?? mime, maxBytes: largestFile })
    return { kept }
  }
  let bot: ReturnType<typeof createDeskBot> | undefined

  return {
    ...(teamGroup !== undefined && { room: roomOf(client, teamGroup) }),
    async work({ data }) {
      await client.learn()
      bot ??= createDeskBot({ client, desk, state, teamGroup, keep })
      try {
        await bot.handleUpdate(data as Update)
      } catch (error) {
        throw vendorError(error instanceof BotError ? error.error : error, settings.token)
      }
    },
  }
}

function roomOf(client: BotClient, teamGroup: string): TeamRoom {
  return {
    async openThread(title) {
      const topic = await client.call((api) => api.createForumTopic(Number(teamGroup), title.slice(0, longestTitle)))
      return `${teamGroup}/${topic.message_thread_id}`
    },
  }
}
