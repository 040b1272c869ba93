import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import {
  flagSchema,
  idParams,
  idSchema,
  momentSchema,
  nullableMomentSchema,
  pageOf,
  pageQuery,
} from '../platform/http/schemas.ts'
import { contentSchema, entitySchema } from './message.ts'

const kindSchema = z.enum(['direct', 'group', 'email', 'call'])
const modeSchema = z.enum(['bot', 'manual']).describe('bot: flows answer. manual: people do.')

export const conversationAnswer = z
  .object({
    id: z.int(),
    channelId: z.int(),
    kind: kindSchema,
    contactId: z.int().nullable(),
    title: z.string().nullable(),
    mode: modeSchema,
    assigneeId: z.int().nullable(),
    dealId: z.int().nullable(),
    unread: z.int(),
    unreachable: z.string().nullable().describe('Why nothing arrives there any more.'),
    lastMessageId: z.int().nullable(),
    lastInboundAt: nullableMomentSchema,
    lastMessageAt: nullableMomentSchema,
    createdAt: momentSchema,
  })
  .meta({ id: 'Conversation' })

export const messageAnswer = z
  .object({
    id: z.int(),
    conversationId: z.int(),
    direction: z.enum(['inbound', 'outbound', 'internal']),
    contactId: z.int().nullable(),
    operatorId: z.int().nullable(),
    runId: z.int().nullable(),
    blockId: z.string().nullable(),
    externalId: z.string().nullable(),
    text: z.string(),
    entities: z.array(entitySchema).nullable(),
    parts: z
      .array(z.looseObject({ type: z.string() }))
      .nullable()
      .describe('Media, locations, contact cards, buttons … A file is read at `/messages/{id}/parts/{part}/file`.'),
    replyToExternalId: z.string().nullable(),
    addressesBot: z.boolean(),
    reactions: z.record(z.string(), z.array(z.string())).nullable(),
    status: z.enum(['received', 'pending', 'sent', 'delivered', 'read', 'failed']),
    error: z.string().nullable(),
    hidden: z.boolean().describe('A blocked contact wrote it: it was counted and moved nothing.'),
    at: momentSchema,
    editedAt: nullableMomentSchema,
    deletedAt: nullableMomentSchema,
  })
  .meta({ id: 'Message' })

const conversations = { tag: 'conversations' } as const

export const getConversations = operation({
  ...conversations,
  id: 'listConversations',
  method: 'get',
  path: '/conversations',
  summary: 'Lists conversations, the newest first',
  access: 'read',
  query: pageQuery.extend({
    channelId: idSchema.optional(),
    contactId: idSchema.optional(),
    assigneeId: idSchema.optional(),
    kind: kindSchema.optional(),
    mode: modeSchema.optional(),
    unread: flagSchema.optional().describe('Only those with messages that nobody has read.'),
    hidden: flagSchema.optional().describe('true: also those in which only a blocked contact wrote.'),
    assigned: flagSchema.optional().describe('false: only those that nobody has.'),
  }),
  answer: pageOf(conversationAnswer),
})

export const getConversationById = operation({
  ...conversations,
  id: 'readConversation',
  method: 'get',
  path: '/conversations/{id}',
  summary: 'Reads a conversation and who takes part in it',
  access: 'read',
  params: idParams,
  answer: conversationAnswer
    .extend({
      members: z.array(
        z.object({
          contactId: z.int(),
          role: z.enum(['member', 'admin', 'owner']),
          joinedAt: nullableMomentSchema,
          leftAt: nullableMomentSchema,
        }),
      ),
    })
    .meta({ id: 'ConversationWithMembers' }),
})

export const getMessages = operation({
  ...conversations,
  id: 'listMessages',
  method: 'get',
  path: '/conversations/{id}/messages',
  summary: 'Lists the messages of a conversation, the newest first',
  access: 'read',
  params: idParams,
  query: pageQuery.extend({ hidden: flagSchema.optional().describe('true: also what a blocked contact wrote.') }),
  answer: pageOf(messageAnswer),
})

export const postMessage = operation({
  ...conversations,
  id: 'sendMessage',
  method: 'post',
  path: '/conversations/{id}/messages',
  summary: 'Says something in a conversation as the operator',
  description: 'The answer comes once the message is stored; `status` of the message tells what became of it.',
  access: 'write',
  params: idParams,
  body: contentSchema.strict(),
  answer: messageAnswer,
  status: 201,
})

export const postRead = operation({
  ...conversations,
  id: 'markRead',
  method: 'post',
  path: '/conversations/{id}/read',
  summary: 'Counts nothing in a conversation as unread any more',
  access: 'write',
  params: idParams,
  answer: conversationAnswer,
})

export const postUnread = operation({
  ...conversations,
  id: 'markUnread',
  method: 'post',
  path: '/conversations/{id}/unread',
  summary: 'Counts one more message of a conversation as unread',
  access: 'write',
  params: idParams,
  body: z.strictObject({
    count: z.int().min(1).max(9999).default(1).describe('Another number than 1: exactly so many are unread then.'),
  }),
  answer: conversationAnswer,
})

const unreadCount = {
  conversations: z.int().describe('Those in which something is unread.'),
  unread: z.int().describe('Messages that nobody has read.'),
}

export const getInboxCounters = operation({
  ...conversations,
  id: 'countUnread',
  method: 'get',
  path: '/inbox/counters',
  summary: 'Counts what is unread: of all, of nobody, and by operator',
  access: 'read',
  answer: z
    .object({
      total: z.object(unreadCount),
      unassigned: z.object(unreadCount).describe('In conversations that nobody has.'),
      operators: z
        .array(z.object({ operatorId: z.int(), ...unreadCount }))
        .describe('Operators who have conversations, also where all of it is read.'),
    })
    .meta({ id: 'InboxCounters' }),
})

export const putMode = operation({
  ...conversations,
  id: 'setMode',
  method: 'put',
  path: '/conversations/{id}/mode',
  summary: 'Hands a conversation to people or back to its flow',
  access: 'write',
  params: idParams,
  body: z.strictObject({ mode: modeSchema }),
  answer: conversationAnswer,
})

export const getFile = operation({
  ...conversations,
  id: 'readFile',
  method: 'get',
  path: '/messages/{id}/parts/{part}/file',
  summary: "Reads the file of a message's part",
  description: 'It is passed through from the channel, or the answer leads to where it lies (302).',
  access: 'read',
  params: z.object({
    id: idSchema,
    part: z
      .string()
      .regex(/^\d{1,3}$/, 'expected the place of a part, from 0')
      .transform(Number)
      .meta({ type: 'integer', minimum: 0 }),
  }),
  produces: 'application/octet-stream',
})

export const getAttempts = operation({
  ...conversations,
  id: 'listAttempts',
  method: 'get',
  path: '/messages/{id}/attempts',
  summary: 'Lists the failed attempts to send a message',
  access: 'read',
  params: idParams,
  answer: z.object({
    items: z.array(
      z.object({
        number: z.int(),
        startedAt: momentSchema,
        durationMs: z.int(),
        outcome: z.enum(['sent', 'retry', 'dead']),
        error: z.string().nullable(),
      }),
    ),
  }),
})

export const postResend = operation({
  ...conversations,
  id: 'resendMessage',
  method: 'post',
  path: '/messages/{id}/resend',
  summary: 'Sends a message again that could not be sent',
  access: 'write',
  params: idParams,
  answer: messageAnswer,
  status: 202,
})

export const getParkedEvents = operation({
  ...conversations,
  id: 'listParkedEvents',
  method: 'get',
  path: '/parked-events',
  summary: 'Lists what came in and could not be processed, the newest first',
  access: 'admin',
  query: pageQuery,
  answer: pageOf(
    z
      .object({
        id: z.int(),
        channelId: z.int().describe('0 for a signal of our own.'),
        externalId: z.string(),
        kind: z.string(),
        payload: z.unknown(),
        error: z.string().nullable(),
        receivedAt: momentSchema,
      })
      .meta({ id: 'ParkedEvent' }),
  ),
})

export const postReplay = operation({
  ...conversations,
  id: 'replayEvent',
  method: 'post',
  path: '/parked-events/{id}/replay',
  summary: 'Lets an event that was set aside take its turn again',
  access: 'admin',
  params: idParams,
  answer: z.object({ accepted: z.literal(true) }),
  status: 202,
})
