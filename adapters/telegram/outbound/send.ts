import type { Api } from 'grammy'
import type { Outbound, Receipt } from '../../../src/conversations/channel.ts'
import type { ChannelFiles } from '../../../src/conversations/channel-tools.ts'
import type { Content } from '../../../src/conversations/message.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type { BotClient } from '../bot-client.ts'
import { type ChatAddress, messageExternalId, messageNumber } from '../thread.ts'
import { callsOf, type OutboundCall } from './calls.ts'
import { editsOf } from './edits.ts'

type ApiSignal = Parameters<Api['raw']['getMe']>[0]

/** What sending takes: the bot's calls, and the files that we keep. */
export interface SendParts {
  client: BotClient
  files: ChannelFiles
}

/** Does one outbound thing in a chat. */
export async function sendOutbound(
  { client, files }: SendParts,
  address: ChatAddress,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<Receipt> {
  const { chat_id, message_thread_id } = address
  switch (outbound.action) {
    case 'message':
      return { externalIds: await sendAll({ client, files }, address, outbound, signal) }
    case 'edit':
      await editMessage({ client, files }, address, outbound.messageExternalId, outbound, signal)
      return { externalIds: [outbound.messageExternalId] }
    case 'delete': {
      const message_id = ourNumber(outbound.messageExternalId, address)
      await client.call((api) => api.raw.deleteMessage({ chat_id, message_id }, signal as ApiSignal))
      return { externalIds: [outbound.messageExternalId] }
    }
    case 'typing': {
      const topic = message_thread_id === undefined ? {} : { message_thread_id }
      await client.call((api) => api.raw.sendChatAction({ chat_id, action: 'typing', ...topic }, signal as ApiSignal))
      return { externalIds: [] }
    }
  }
}

async function sendAll(
  { client, files }: SendParts,
  address: ChatAddress,
  content: Content,
  signal: AbortSignal,
): Promise<string[]> {
  const calls = callsOf(address, content, files)
  if (calls.length === 0) {
    throw new AppError('invalid', 'The message has neither text nor parts: expected at least one of them.')
  }
  const ids: string[] = []
  for (const call of calls) {
    for (const { message_id } of await client.call((api) => perform(api, call, signal))) {
      ids.push(messageExternalId(address.chat_id, message_id))
    }
  }
  return ids
}

/** The call's parameters fit its method by construction, which the types of a table of methods cannot say. */
async function perform(
  api: Api,
  { method, params }: OutboundCall,
  signal: AbortSignal,
): Promise<{ message_id: number }[]> {
  const raw = api.raw as unknown as Record<
    string,
    (params: object, signal: AbortSignal) => Promise<{ message_id: number }>
  >
  const sent = await raw[method]?.(params, signal)
  return sent === undefined ? [] : [sent].flat()
}

/**
 * Changes what a message says: its text, its caption, its file, or only its buttons, which go with each edit: left out,
 * they vanish. Telegram's complaint that nothing changes is no failure.
 */
async function editMessage(
  { client, files }: SendParts,
  address: ChatAddress,
  externalId: string,
  content: Content,
  signal: AbortSignal,
): Promise<void> {
  const edits = editsOf({ chat_id: address.chat_id, message_id: ourNumber(externalId, address) }, content, files)
  for (const [index, { method, params }] of edits.entries()) {
    try {
      await client.call((api) => perform(api, { method, params }, signal))
      return
    } catch (error) {
      const said = error instanceof AppError ? error.message : ''
      if (/message is not modified/.test(said)) return
      // Whether a text stands alone or under media, only Telegram knows.
      if (index === edits.length - 1 || !/there is no text in the message/.test(said)) throw error
    }
  }
}

/** The number of one of our messages; one from before the group moved can no longer be changed. */
function ourNumber(externalId: string, { chat_id }: ChatAddress): number {
  const number = messageNumber(externalId, chat_id)
  if (number !== undefined) return number
  throw new AppError('gone', `The message "${externalId}" is not in the chat ${chat_id}: it can no longer be changed.`)
}
