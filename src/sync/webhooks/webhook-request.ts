import { z } from 'zod'
import { jsonSchema } from '../../platform/http/schemas.ts'

/** Who makes the connection sets these, or the signature needs them as they are. */
const ownHeader =
  /^(webhook-|parley-|(host|connection|content-length|transfer-encoding|accept-encoding|expect|keep-alive|te|trailer|upgrade)$)/i

const headerName = z
  .string()
  .max(200)
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected the name of a header such as X-Source')
  .refine((name) => !ownHeader.test(name), 'expected another header: this one is set by the program itself')

const secretValue = z
  .string()
  .min(1)
  .max(4000)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected one line of Latin letters, digits and signs')

const atMost20 = (headers: object) => Object.keys(headers).length <= 20

export const webhookMethodSchema = z.enum(['POST', 'PUT'])

export const webhookHeadersSchema = z
  .record(headerName, z.string().max(4000))
  .refine(atMost20, 'expected at most 20 headers')
  .describe(
    'Further headers by name; values may hold placeholders. They are shown, so secrets belong into `secretHeaders`.',
  )

export const secretHeadersSchema = z
  .record(headerName, secretValue)
  .refine(atMost20, 'expected at most 20 headers')
  .describe('Further headers with secret values, such as Authorization: sealed at rest, sent as they are, never shown.')

/** Laid over those that are there. */
export const secretHeadersUpdateSchema = z
  .record(headerName, secretValue.nullable())
  .refine(atMost20, 'expected at most 20 headers')
  .describe('Laid over those that are there; null takes one away.')

export const webhookTemplateSchema = jsonSchema
  .refine(
    (template) => typeof template === 'object' && template !== null,
    'expected an object or a list, whose texts may hold placeholders',
  )
  .refine((template) => JSON.stringify(template).length <= 20_000, 'expected at most 20,000 characters of JSON')
  .describe(
    'What is sent instead of the standard payload: JSON whose texts may hold placeholders. A text that is one placeholder keeps the type ' +
      'of what it names: `"{{ deal.budget }}"` is a number, `"{{ payload.data.deal }}"` the whole deal.',
  )
export type WebhookTemplate = z.infer<typeof webhookTemplateSchema>
