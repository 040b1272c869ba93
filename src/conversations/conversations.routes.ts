import type { Database } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { type Route, route } from '../team/route.ts'
import { addUnread } from './add-unread.ts'
import type { ChannelAdapter } from './channel.ts'
import type { Message } from './conversation.ts'
import * as calls from './conversations.schemas.ts'
import { resendMessage } from './deliver/resend-message.ts'
import { fetchMessageFile } from './fetch-message-file.ts'
import { getConversation } from './get-conversation.ts'
import {
  findMessage,
  listConversations,
  listMessages,
  listParkedEvents,
  readAttempts,
  readMembers,
} from './inbox.store.ts'
import { markRead } from './mark-read.ts'
import { readInbox } from './read-inbox.ts'
import { replayEvent } from './receive/replay-event.ts'
import { type CapabilitiesOf, sendMessage } from './send-message.ts'
import { setMode } from './set-mode.ts'

interface Parts {
  db: Database
  road: { wake(threadIds: number[]): void }
  channels: { adapter(channelId: number): Promise<ChannelAdapter>; capabilities: CapabilitiesOf }
  deliveriesWake(): void
}

/** The calls about conversations, their messages and files, and events that were set aside. */
export function conversationsRoutes({ db, road, channels, deliveriesWake }: Parts): Route[] {
  return [
    route(calls.getConversations, ({ context, query }) => listConversations(db, context.projectId, query)),
    route(calls.getConversationById, async ({ context, params }) => {
      const conversation = await getConversation(db, context.projectId, params.id)
      return { ...conversation, members: await readMembers(db, conversation.id) }
    }),
    route(calls.getMessages, async ({ context, params, query }) => {
      const conversation = await getConversation(db, context.projectId, params.id)
      const { items, nextCursor } = await listMessages(db, conversation.id, query)
      return { items: items.map(messageView), nextCursor }
    }),
    route(calls.postMessage, async ({ context, params, body }) => {
      const message = await db.transaction((tx) =>
        sendMessage(tx, context, { conversationId: params.id, content: body }, channels.capabilities),
      )
      deliveriesWake()
      return messageView(message)
    }),
    route(calls.postRead, ({ context, params }) =>
      db.transaction((tx) => markRead(tx, context, { conversationId: params.id })),
    ),
    route(calls.postUnread, ({ context, params, body }) =>
      db.transaction((tx) => addUnread(tx, context, { conversationId: params.id, ...body })),
    ),
    route(calls.getInboxCounters, ({ context }) => readInbox(db, context.projectId)),
    route(calls.putMode, async ({ context, params, body }) => {
      const { conversation, threadIds } = await db.transaction((tx) =>
        setMode(tx, context, { conversationId: params.id, mode: body.mode }),
      )
      road.wake(threadIds)
      return conversation
    }),
    route(calls.getFile, ({ context, params }) =>
      fetchMessageFile(db, context.projectId, { messageId: params.id, part: params.part }, channels.adapter),
    ),
    route(calls.getAttempts, async ({ context, params }) => {
      const found = await findMessage(db, context.projectId, params.id)
      if (!found) throw new AppError('not_found', `There is no message ${params.id} in this project.`)
      return { items: await readAttempts(db, found.message.id) }
    }),
    route(calls.postResend, async ({ context, params }) => {
      const message = await db.transaction((tx) => resendMessage(tx, context, { messageId: params.id }))
      deliveriesWake()
      return messageView(message)
    }),

    route(calls.getParkedEvents, ({ context, query }) => listParkedEvents(db, context.projectId, query)),
    route(calls.postReplay, async ({ context, params }) => {
      const threadId = await db.transaction((tx) => replayEvent(tx, context, { eventId: params.id }))
      road.wake([threadId])
      return { accepted: true as const }
    }),
  ]
}

/** A message as the API shows it. */
export function messageView(message: Message) {
  return { ...message, hidden: message.hidden === true, parts: message.parts?.map((part) => ({ ...part })) ?? null }
}
