import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import { idParams } from '../platform/http/schemas.ts'
import { conversationAnswer, messageAnswer } from './conversations.schemas.ts'
import { contentSchema } from './message.ts'

export const getPicture = operation({
  id: 'readContactPicture',
  tag: 'contacts',
  method: 'get',
  path: '/contacts/{id}/picture',
  summary: 'Reads the picture of a contact',
  description:
    'The answer leads to the address that the contact has as `picture` (302); without one the picture is passed through ' +
    'from a channel that shows one.',
  access: 'read',
  params: idParams,
  produces: 'image/jpeg',
})

export const getDialogues = operation({
  id: 'listDialogues',
  tag: 'conversations',
  method: 'get',
  path: '/contacts/{id}/dialogues',
  summary: 'Lists the channels with what an operator can do there to write to a contact',
  access: 'read',
  params: idParams,
  answer: z.object({
    items: z.array(
      z.object({
        channelId: z.int(),
        name: z.string(),
        kind: z.string(),
        conversationId: z.int().nullable().describe('Of the conversation that is gone on with.'),
        possible: z.boolean(),
        reason: z.string().nullable().describe('Why it is not possible.'),
      }),
    ),
  }),
})

export const postDialogue = operation({
  id: 'startDialogue',
  tag: 'conversations',
  method: 'post',
  path: '/contacts/{id}/dialogues',
  summary: 'Writes to a contact first, or where they talk already',
  description:
    'A conversation that the contact has on the channel is gone on with, otherwise one begins, if the channel can write ' +
    'first and knows a way to the contact. What it begins is answered by people unless `mode` is `bot`.',
  access: 'write',
  params: idParams,
  body: contentSchema
    .extend({
      channelId: z.int().min(1),
      mode: z.enum(['bot', 'manual']).optional().describe('Of a conversation that begins; `manual` when absent.'),
    })
    .strict(),
  answer: z.object({
    conversation: conversationAnswer,
    message: messageAnswer,
    opened: z.boolean().describe('Whether the conversation begins with this message.'),
  }),
  status: 201,
})
