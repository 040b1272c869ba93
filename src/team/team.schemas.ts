import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import { idParams, momentSchema, nullableMomentSchema, pageOf, pageQuery } from '../platform/http/schemas.ts'
import { operatorInputSchema } from './operator.ts'
import { projectInputSchema, workingHoursSchema } from './project.ts'
import { variableInputSchema, variableNameSchema } from './variable.ts'

export const projectSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    timeZone: z.string(),
    country: z.string(),
    workingHours: workingHoursSchema,
    defaultFlow: z.string().nullable().describe('The flow that subscribers belong to where nothing else is said.'),
    createdAt: momentSchema,
  })
  .meta({ id: 'Project' })

export const variableSchema = z
  .object({
    name: z.string(),
    value: z.string().nullable().describe('Null when secret: a secret value is never shown again.'),
    secret: z.boolean(),
    updatedAt: momentSchema,
  })
  .meta({ id: 'Variable' })

export const operatorSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    email: z.string().nullable(),
    role: z.enum(['owner', 'admin', 'manager', 'service']),
    onShift: z.boolean(),
    workingHours: workingHoursSchema.nullable(),
    share: z.int(),
    available: z.boolean().describe('On shift and within the working hours now.'),
    createdAt: momentSchema,
  })
  .meta({ id: 'Operator' })

const accessSchema = z
  .enum(['read', 'write', 'admin'])
  .describe(
    'read: look at everything but secrets. write: also work with contacts, conversations, deals and runs. ' +
      'admin: also change settings, channels, flows, webhooks, operators and keys.',
  )

export const apiKeySchema = z
  .object({
    id: z.int(),
    name: z.string(),
    operatorId: z.int().describe('The service operator that the key acts as.'),
    hint: z.string().describe('How the key begins.'),
    access: accessSchema,
    createdAt: momentSchema,
    lastUsedAt: nullableMomentSchema,
    revokedAt: nullableMomentSchema,
  })
  .meta({ id: 'ApiKey' })

export const getProject = operation({
  id: 'getProject',
  tag: 'project',
  method: 'get',
  path: '/project',
  summary: 'Reads the project that the key belongs to',
  access: 'read',
  answer: projectSchema,
})

export const patchProject = operation({
  id: 'updateProject',
  tag: 'project',
  method: 'patch',
  path: '/project',
  summary: 'Changes what is given of the project',
  access: 'admin',
  body: projectInputSchema.partial(),
  answer: projectSchema,
})

export const getVariables = operation({
  id: 'listVariables',
  tag: 'project',
  method: 'get',
  path: '/variables',
  summary: 'Lists the project variables, all at once',
  access: 'read',
  answer: z.object({ items: z.array(variableSchema) }),
})

const variableParams = z.object({ name: variableNameSchema })

export const putVariable = operation({
  id: 'setVariable',
  tag: 'project',
  method: 'put',
  path: '/variables/{name}',
  summary: 'Makes or replaces a project variable',
  access: 'admin',
  params: variableParams,
  body: variableInputSchema,
  answer: variableSchema,
})

export const removeVariable = operation({
  id: 'deleteVariable',
  tag: 'project',
  method: 'delete',
  path: '/variables/{name}',
  summary: 'Takes a project variable away',
  access: 'admin',
  params: variableParams,
})

export const getOperators = operation({
  id: 'listOperators',
  tag: 'team',
  method: 'get',
  path: '/operators',
  summary: 'Lists the operators, people and services',
  access: 'read',
  query: pageQuery,
  answer: pageOf(operatorSchema),
})

export const postOperator = operation({
  id: 'createOperator',
  tag: 'team',
  method: 'post',
  path: '/operators',
  summary: 'Takes a person into the team',
  access: 'admin',
  body: operatorInputSchema,
  answer: operatorSchema,
  status: 201,
})

export const getOperator = operation({
  id: 'readOperator',
  tag: 'team',
  method: 'get',
  path: '/operators/{id}',
  summary: 'Reads an operator',
  access: 'read',
  params: idParams,
  answer: operatorSchema,
})

export const patchOperator = operation({
  id: 'updateOperator',
  tag: 'team',
  method: 'patch',
  path: '/operators/{id}',
  summary: 'Changes what is given of an operator',
  access: 'admin',
  params: idParams,
  body: operatorInputSchema
    .extend({
      email: operatorInputSchema.shape.email.unwrap(),
      onShift: operatorInputSchema.shape.onShift.unwrap(),
      workingHours: operatorInputSchema.shape.workingHours.unwrap(),
      share: operatorInputSchema.shape.share.unwrap(),
    })
    .partial(),
  answer: operatorSchema,
})

export const putShift = operation({
  id: 'setShift',
  tag: 'team',
  method: 'put',
  path: '/operators/{id}/shift',
  summary: 'Starts or ends the shift of an operator',
  description: 'What waits for somebody to be there is given out as soon as a shift starts.',
  access: 'write',
  params: idParams,
  body: z.strictObject({ onShift: z.boolean() }),
  answer: operatorSchema,
})

export const removeOperator = operation({
  id: 'deleteOperator',
  tag: 'team',
  method: 'delete',
  path: '/operators/{id}',
  summary: 'Takes a person out of the team',
  access: 'admin',
  params: idParams,
})

export const getApiKeys = operation({
  id: 'listApiKeys',
  tag: 'team',
  method: 'get',
  path: '/api-keys',
  summary: 'Lists the API keys, the newest first, revoked ones too',
  access: 'admin',
  query: pageQuery,
  answer: pageOf(apiKeySchema),
})

export const postApiKey = operation({
  id: 'createApiKey',
  tag: 'team',
  method: 'post',
  path: '/api-keys',
  summary: 'Makes an API key and the service operator that it acts as',
  description: 'The key itself is in this answer only; afterwards only its hash is known.',
  access: 'admin',
  body: z.strictObject({ name: z.string().trim().min(1).max(200), access: accessSchema }),
  answer: apiKeySchema.extend({ key: z.string() }).meta({ id: 'NewApiKey' }),
  status: 201,
})

export const removeApiKey = operation({
  id: 'revokeApiKey',
  tag: 'team',
  method: 'delete',
  path: '/api-keys/{id}',
  summary: 'Revokes an API key',
  access: 'admin',
  params: idParams,
  answer: apiKeySchema,
})
