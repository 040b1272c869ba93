import { z } from 'zod'
import { conversationAnswer } from '../../conversations/conversations.schemas.ts'
import { operation } from '../../platform/http/operation.ts'
import { idParams, momentSchema, pageOf, pageQuery } from '../../platform/http/schemas.ts'
import { distributionMethods, ruleInputSchema, ruleUpdateSchema } from './rule.ts'

const ruleAnswer = z
  .object({
    id: z.int(),
    name: z.string(),
    isDefault: z.boolean(),
    pipelineId: z.int().nullable(),
    channelId: z.int().nullable(),
    method: z.enum(distributionMethods),
    sticky: z.boolean(),
    operatorIds: z.array(z.int()).nullable(),
    withContact: z.boolean(),
    withDeal: z.boolean(),
    createdAt: momentSchema,
    updatedAt: momentSchema,
  })
  .meta({ id: 'DistributionRule' })

const distribution = { tag: 'distribution' } as const

export const getRules = operation({
  ...distribution,
  id: 'listDistributionRules',
  method: 'get',
  path: '/distribution-rules',
  summary: 'Lists the rules by which conversations and deals are given to operators',
  access: 'read',
  query: pageQuery,
  answer: pageOf(ruleAnswer),
})

export const postRule = operation({
  ...distribution,
  id: 'createDistributionRule',
  method: 'post',
  path: '/distribution-rules',
  summary: 'Makes a rule of distribution',
  access: 'admin',
  body: ruleInputSchema,
  answer: ruleAnswer,
  status: 201,
})

export const getRuleById = operation({
  ...distribution,
  id: 'readDistributionRule',
  method: 'get',
  path: '/distribution-rules/{id}',
  summary: 'Reads a rule of distribution',
  access: 'read',
  params: idParams,
  answer: ruleAnswer,
})

export const patchRule = operation({
  ...distribution,
  id: 'updateDistributionRule',
  method: 'patch',
  path: '/distribution-rules/{id}',
  summary: 'Changes what is given of a rule of distribution; its turns go on',
  access: 'admin',
  params: idParams,
  body: ruleUpdateSchema,
  answer: ruleAnswer,
})

export const removeRule = operation({
  ...distribution,
  id: 'deleteDistributionRule',
  method: 'delete',
  path: '/distribution-rules/{id}',
  summary: 'Takes a rule of distribution away',
  access: 'admin',
  params: idParams,
})

const wantedRule = z.strictObject({
  rule: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("A rule's name. When absent that of the deal's pipeline counts, that of the channel, or the default."),
})
const given = z.object({
  operatorId: z
    .int()
    .nullable()
    .describe('Null: nobody is available. What nobody has is given out as soon as somebody is there.'),
})

export const postDistribute = operation({
  ...distribution,
  id: 'distributeConversation',
  method: 'post',
  path: '/conversations/{id}/distribute',
  summary: 'Gives a conversation to an operator by a rule of distribution',
  access: 'write',
  params: idParams,
  body: wantedRule,
  answer: given,
})

export const postDistributeDeal = operation({
  ...distribution,
  id: 'distributeDeal',
  method: 'post',
  path: '/deals/{id}/distribute',
  summary: 'Gives a deal to an operator by a rule of distribution',
  access: 'write',
  params: idParams,
  body: wantedRule,
  answer: given,
})

export const putAssignee = operation({
  tag: 'conversations',
  id: 'assignConversation',
  method: 'put',
  path: '/conversations/{id}/assignee',
  summary: 'Gives a conversation to an operator',
  access: 'write',
  params: idParams,
  body: z.strictObject({
    operatorId: z.int().nullable().describe('Null takes it from everybody.'),
    withContact: z.boolean().default(false).describe('The operator also becomes responsible for the contact.'),
    withDeal: z.boolean().default(false).describe("The same for the contact's current deal."),
  }),
  answer: conversationAnswer,
})
