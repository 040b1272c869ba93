import { z } from 'zod'
import { accountKindsSchema } from '../../platform/http/account-kinds.ts'
import { operation } from '../../platform/http/operation.ts'
import {
  flagSchema,
  idParams,
  momentSchema,
  nullableMomentSchema,
  pageOf,
  pageQuery,
} from '../../platform/http/schemas.ts'
import { crmMappingSchema } from '../mapping/mapping.ts'
import { newIntegrationSchema } from './create-integration.ts'
import { integrationUpdateSchema } from './update-integration.ts'

const conditionSchema = z.object({
  state: z.enum(['working', 'connecting', 'paused', 'failing', 'stopped']),
  error: z.string().optional().describe('What is wrong, and what to do about it.'),
  until: z.string().optional().describe('Of a paused one: until when.'),
  since: z.string().optional().describe('Since when it is in this state.'),
})

export const integrationSchema = z
  .object({
    id: z.int(),
    kind: z.string(),
    name: z.string(),
    settings: z.record(z.string(), z.unknown()).describe('Secret ones are masked.'),
    direction: z.enum(['push', 'pull', 'both']),
    sends: z.enum(['by_flow', 'every_deal']),
    mapping: crmMappingSchema,
    enabled: z.boolean(),
    hookUrl: z.string().describe('Where the other CRM tells us of changes.'),
    account: z.string().nullable().describe('What the account is called; null while it is not connected.'),
    condition: conditionSchema.nullable().describe('How it fares; null while it was never connected.'),
    pausedUntil: nullableMomentSchema.describe('The other CRM is asked nothing before.'),
    listsAt: nullableMomentSchema.describe('When its lists were read last.'),
    holder: z.string().nullable().describe('The process that works for it.'),
    createdAt: momentSchema,
    updatedAt: momentSchema,
  })
  .meta({ id: 'Integration' })

const choiceSchema = z.object({ id: z.string(), name: z.string() })

const fieldSchema = z.object({
  key: z.string().describe('What mappings and blocks call it.'),
  title: z.string(),
  type: z.enum([
    'text',
    'number',
    'date',
    'datetime',
    'choice',
    'choices',
    'boolean',
    'phone',
    'email',
    'link',
    'address',
  ]),
  choices: z.array(z.string()).optional(),
  multiple: z.boolean().optional().describe('It holds a list of values.'),
  variants: z.array(z.string()).optional().describe('Kinds that its values may have: `key:KIND`.'),
  maxLength: z.int().optional().describe('Characters that it holds.'),
  whole: z.boolean().optional().describe('It holds no fractions.'),
  readOnly: z.boolean().optional(),
})

export const integrationListsSchema = z
  .object({
    pipelines: z.array(
      choiceSchema.extend({ stages: z.array(choiceSchema.extend({ type: z.enum(['open', 'won', 'lost']) })) }),
    ),
    users: z.array(choiceSchema.extend({ email: z.string().optional() })),
    fields: z.object({ contact: z.array(fieldSchema), deal: z.array(fieldSchema) }),
    readAt: momentSchema,
  })
  .meta({ id: 'IntegrationLists' })

const integrations = { tag: 'integrations' } as const

export const getIntegrationKinds = operation({
  ...integrations,
  id: 'listIntegrationKinds',
  method: 'get',
  path: '/integration-kinds',
  summary: 'Lists the kinds of CRMs with the JSON Schema of their settings',
  access: 'read',
  answer: accountKindsSchema,
})

export const getIntegrations = operation({
  ...integrations,
  id: 'listIntegrations',
  method: 'get',
  path: '/integrations',
  summary: 'Lists the integrations with other CRMs, the oldest first',
  access: 'read',
  query: pageQuery,
  answer: pageOf(integrationSchema),
})

export const postIntegration = operation({
  ...integrations,
  id: 'createIntegration',
  method: 'post',
  path: '/integrations',
  summary: 'Makes an integration with another CRM',
  description: 'Connect it afterwards. A project may have several of one kind, each with a name.',
  access: 'admin',
  body: newIntegrationSchema,
  answer: integrationSchema,
  status: 201,
})

export const getIntegrationById = operation({
  ...integrations,
  id: 'readIntegration',
  method: 'get',
  path: '/integrations/{id}',
  summary: 'Reads an integration and how it fares',
  access: 'read',
  params: idParams,
  answer: integrationSchema,
})

export const patchIntegration = operation({
  ...integrations,
  id: 'updateIntegration',
  method: 'patch',
  path: '/integrations/{id}',
  summary: 'Changes what is given of an integration',
  access: 'admin',
  params: idParams,
  body: integrationUpdateSchema,
  answer: integrationSchema,
})

export const removeIntegration = operation({
  ...integrations,
  id: 'deleteIntegration',
  method: 'delete',
  path: '/integrations/{id}',
  summary: 'Removes an integration with what is known of its account; there, nothing is removed',
  access: 'admin',
  params: idParams,
})

export const postIntegrationConnect = operation({
  ...integrations,
  id: 'connectIntegration',
  method: 'post',
  path: '/integrations/{id}/connect',
  summary: 'Checks the account, has it tell us of changes, and reads its lists',
  description:
    'Where the owner of the account has to agree first, `consentUrl` is the address to open in a browser; it counts once, for half an hour. ' +
    'The integration is connected when the owner comes back from there.',
  access: 'admin',
  params: idParams,
  answer: integrationSchema
    .extend({
      consentUrl: z.string().nullable(),
      mappingFaults: z
        .array(z.object({ path: z.string(), message: z.string() }))
        .describe('What of a mapping that was kept before the account has no place for.'),
    })
    .meta({ id: 'ConnectedIntegration' }),
})

export const postIntegrationDisconnect = operation({
  ...integrations,
  id: 'disconnectIntegration',
  method: 'post',
  path: '/integrations/{id}/disconnect',
  summary: 'Takes an integration off its account and forgets our access to it; what is linked stays linked',
  access: 'admin',
  params: idParams,
  answer: integrationSchema,
})

export const getIntegrationLists = operation({
  ...integrations,
  id: 'readIntegrationLists',
  method: 'get',
  path: '/integrations/{id}/lists',
  summary: 'Lists the pipelines with their stages, the users and the fields of the account',
  description: 'As they were read within the last hour, unless `refresh` asks for new ones.',
  access: 'read',
  params: idParams,
  query: z.object({ refresh: flagSchema.default(false) }),
  answer: integrationListsSchema,
})
