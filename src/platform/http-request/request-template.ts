import { z } from 'zod'
import { jsonSchema } from '../http/schemas.ts'
import { checkJsonPath } from '../json-path.ts'

const pairsSchema = z.record(z.string().min(1).max(200), z.string().max(20_000))

const bodySchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('json'),
    value: jsonSchema.describe('Any JSON; a text that is one placeholder keeps the type of what it names.'),
  }),
  z.strictObject({ type: z.literal('form'), fields: pairsSchema.describe('Sent as an HTML form.') }),
  z.strictObject({
    type: z.literal('text'),
    text: z.string().max(200_000),
    contentType: z.string().min(1).max(200).default('text/plain; charset=utf-8'),
  }),
])

/** The options of a request whose texts may hold placeholders. */
export const requestFields = {
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET').describe('The HTTP method.'),
  url: z
    .string()
    .min(1)
    .max(2000)
    .describe(
      'The address, http or https. Placeholders are encoded, except for one at the beginning that names the base address.',
    ),
  description: z.string().max(2000).default('').describe('What the request is for; for people only.'),
  query: pairsSchema.default({}).describe('Added to the address behind "?"; encoded.'),
  headers: pairsSchema.default({}).describe('Request headers; values of one line.'),
  body: bodySchema.optional().describe('What is sent: `json`, `form` or `text`. A GET has none.'),
  timeoutSeconds: z.int().min(1).max(60).default(15).describe('How long one try may take, in seconds.'),
  retries: z
    .int()
    .min(0)
    .max(5)
    .default(0)
    .describe(
      'How often it is tried again, with growing pauses, after no answer, a status 429 (its Retry-After counts) or 5xx.',
    ),
}

const requestSchema = z.object(requestFields)
export type RequestTemplate = z.infer<typeof requestSchema>

/** What is taken of an answer. */
export const sourceSchema = z
  .string()
  .min(1)
  .max(500)
  .describe(
    'What is taken: `status`, `header:` and a name, or a JSONPath (RFC 9535) into the body such as `$.items[0].price`; `$` is all of it.',
  )
  .superRefine((from, context) => {
    const message = sourceFault(from)
    if (message) context.addIssue({ code: 'custom', message })
  })

/** A GET carries no body. */
export const bodyRule = {
  check: ({ method, body }: Pick<RequestTemplate, 'method' | 'body'>): boolean => !(method === 'GET' && body),
  params: { path: ['body'], message: 'a GET request carries no body' },
}

function sourceFault(from: string): string | undefined {
  if (from === 'status' || /^header:[\w!#$%&'*+.^`|~-]+$/.test(from)) return undefined
  if (!from.startsWith('$')) return 'expected status, header:<name> or a JSONPath that begins with $'
  return checkJsonPath(from)
}
