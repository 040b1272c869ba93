import { z } from 'zod'
import { accountKindsSchema } from '../../platform/http/account-kinds.ts'
import { operation } from '../../platform/http/operation.ts'
import { idParams, momentSchema, nullableMomentSchema, pageOf, pageQuery } from '../../platform/http/schemas.ts'
import { newChannelSchema } from './create-channel.ts'
import { channelUpdateSchema } from './update-channel.ts'

export const channelSchema = z
  .object({
    id: z.int(),
    kind: z.string(),
    name: z.string(),
    settings: z.record(z.string(), z.unknown()).describe('Secret ones are masked.'),
    enabled: z.boolean(),
    hookUrl: z.string().describe('Where its vendor calls us.'),
    pageUrl: z.string().nullable().describe('The page that customers open, of a channel that has one.'),
    address: z.string().nullable().describe('What the vendor calls the account, learned when it was connected.'),
    lastInAt: nullableMomentSchema,
    lastOutAt: nullableMomentSchema,
    error: z.string().nullable().describe('What went wrong last.'),
    condition: z
      .object({
        state: z.enum(['working', 'connecting', 'signing_in', 'failing', 'stopped']),
        error: z.string().optional(),
      })
      .nullable()
      .describe('How it fares, as its adapter tells; null of kinds that only answer their vendor.'),
    holder: z.string().nullable().describe('The process that listens to it and sends through it.'),
    botReturnsAfter: z
      .int()
      .nullable()
      .describe(
        "Seconds after which the bot returns to a conversation that somebody took over in the vendor's own app.",
      ),
    createdAt: momentSchema,
    updatedAt: momentSchema,
  })
  .meta({ id: 'Channel' })

const channels = { tag: 'channels' } as const

export const getChannelKinds = operation({
  ...channels,
  id: 'listChannelKinds',
  method: 'get',
  path: '/channel-kinds',
  summary: 'Lists the kinds of channels with the JSON Schema of their settings',
  access: 'read',
  answer: accountKindsSchema,
})

export const getChannels = operation({
  ...channels,
  id: 'listChannels',
  method: 'get',
  path: '/channels',
  summary: 'Lists the channels, the oldest first',
  access: 'read',
  query: pageQuery,
  answer: pageOf(channelSchema),
})

export const postChannel = operation({
  ...channels,
  id: 'createChannel',
  method: 'post',
  path: '/channels',
  summary: 'Makes a channel',
  description: 'Connect it afterwards, so that its vendor begins to send to us.',
  access: 'admin',
  body: newChannelSchema,
  answer: channelSchema,
  status: 201,
})

export const getChannelById = operation({
  ...channels,
  id: 'readChannel',
  method: 'get',
  path: '/channels/{id}',
  summary: 'Reads a channel and how it fares',
  access: 'read',
  params: idParams,
  answer: channelSchema,
})

export const patchChannel = operation({
  ...channels,
  id: 'updateChannel',
  method: 'patch',
  path: '/channels/{id}',
  summary: 'Changes what is given of a channel',
  access: 'admin',
  params: idParams,
  body: channelUpdateSchema,
  answer: channelSchema,
})

export const removeChannel = operation({
  ...channels,
  id: 'deleteChannel',
  method: 'delete',
  path: '/channels/{id}',
  summary: 'Removes a channel with its conversations and messages',
  access: 'admin',
  params: idParams,
})

export const postConnect = operation({
  ...channels,
  id: 'connectChannel',
  method: 'post',
  path: '/channels/{id}/connect',
  summary: 'Checks the account with its vendor and makes the vendor send to us',
  access: 'admin',
  params: idParams,
  answer: channelSchema,
})

export const postReconnect = operation({
  ...channels,
  id: 'reconnectChannel',
  method: 'post',
  path: '/channels/{id}/reconnect',
  summary: 'Lets go of the connection to the vendor and makes it anew, in every process',
  access: 'admin',
  params: idParams,
  answer: channelSchema,
  status: 202,
})

const templateSchema = z
  .object({
    name: z.string(),
    language: z.string().describe('As the vendor spells it: `en_US`.'),
    category: z.string().describe('In the words of the vendor.'),
    status: z.string().describe('In the words of the vendor: only an approved one can be sent.'),
    text: z.string().describe('With its gaps: `Hello {{1}}`.'),
    variables: z.array(z.string()).describe('The names of its gaps, or their numbers from `1`.'),
    header: z.enum(['text', 'image', 'video', 'document', 'location']).optional().describe('What its heading shows.'),
    footer: z.string().optional(),
    buttons: z
      .array(z.object({ type: z.string(), label: z.string(), hasVariable: z.boolean() }))
      .optional()
      .describe('Those with a variable have to be filled in.'),
  })
  .meta({ id: 'ChannelTemplate' })

export const getTemplates = operation({
  ...channels,
  id: 'listChannelTemplates',
  method: 'get',
  path: '/channels/{id}/templates',
  summary: 'Lists the texts that the vendor of a channel has approved, as it has them now',
  access: 'read',
  params: idParams,
  answer: z.object({ items: z.array(templateSchema) }),
})

export const postTest = operation({
  ...channels,
  id: 'testChannel',
  method: 'post',
  path: '/channels/{id}/test',
  summary: 'Sends a text to a thread of the channel at once, past conversations and flows',
  access: 'admin',
  params: idParams,
  body: z.strictObject({
    thread: z.string().min(1).max(500).describe("The thread's id in the words of the vendor, such as a chat's number."),
    kind: z.enum(['direct', 'group', 'email', 'call']).default('direct'),
    text: z.string().min(1).max(4000),
  }),
  answer: z.object({ externalIds: z.array(z.string()) }),
})
