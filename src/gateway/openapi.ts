import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Operation } from '../platform/http/operation.ts'
import { apiBase } from './mount-routes.ts'

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('A word that programs can act on, such as `invalid` or `not_found`.'),
    detail: z.string().describe('What is wrong and what is expected, for the person who reads it.'),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe('The single faults of the input.'),
    requestId: z.string(),
  })
  .meta({ id: 'Problem', description: 'An error as RFC 9457 describes it.' })

/** The description of the API, OpenAPI 3.1, made from its operations. */
export function describeApi(operations: readonly Operation[], version: string): object {
  const app = new OpenAPIHono()
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key. Its access is read, write or admin; each includes the ones before it.',
  })
  for (const operation of operations) app.openAPIRegistry.registerPath(pathOf(operation))
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version,
      license: { name: 'MIT' },
      description: 'Lists are paged: pass `nextCursor` as `cursor` for what follows.',
    },
    security: [{ key: [] }],
  })
}

type Path = Parameters<OpenAPIHono['openAPIRegistry']['registerPath']>[0]
type Responses = Path['responses']

function pathOf(operation: Operation): Path {
  const { params, query, body } = operation
  const media = {
    'application/json': { schema: body },
    ...(operation.yaml ? { 'application/yaml': { schema: body } } : {}),
  }
  return {
    operationId: operation.id,
    method: operation.method,
    path: apiBase + operation.path,
    tags: [operation.tag],
    summary: operation.summary,
    description: [operation.description, `Access: ${operation.access}.`].filter(Boolean).join('\n\n'),
    request: {
      ...(params ? { params } : {}),
      ...(query ? { query } : {}),
      ...(operation.consumes ? { body: fileOf(operation.consumes) } : {}),
      ...(body ? { body: { required: !body.isOptional(), content: media as never } } : {}),
    },
    responses: {
      ...success(operation),
      default: { description: 'An error.', content: { 'application/problem+json': { schema: problemSchema } } },
    },
  }
}

function fileOf(media: string) {
  const schema = z.string().meta({ format: 'binary', description: 'The bytes of the file.' })
  return { required: true, content: { [media]: { schema } } }
}

function success(operation: Operation): Responses {
  if (operation.produces) {
    return { 200: { description: 'Done.', content: { [operation.produces]: { schema: z.string() } } } }
  }
  if (!operation.answer) return { 204: { description: 'Done.' } }
  const content = { 'application/json': { schema: operation.answer as never } }
  return { [operation.status ?? 200]: { description: 'Done.', content } }
}
