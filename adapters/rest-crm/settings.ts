import { z } from 'zod'
import { checkTemplate } from '../../src/platform/check-template.ts'
import { checkJsonPath } from '../../src/platform/json-path.ts'
import { contactSchema, dealSchema, hangingSchema } from './settings/entity.ts'
import { hookSchema } from './settings/hook.ts'
import { pipelinesSchema, usersSchema } from './settings/lists.ts'
import { placeSchema } from './settings/place.ts'
import { headerNameSchema, requestRoots, requestSchema } from './settings/request.ts'

const meanings = z.enum([
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'rate_limited',
  'unavailable',
])

const pathSchema = z.string().superRefine((path, context) => {
  const message = path.startsWith('$') ? checkJsonPath(path) : 'expected a JSONPath such as $.message'
  if (message) context.addIssue({ code: 'custom', message })
})

const authSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('bearer') }),
  z.strictObject({
    type: z.literal('header'),
    header: headerNameSchema,
  }),
  z.strictObject({ type: z.literal('basic'), user: z.string().min(1).max(500) }),
  z.strictObject({ type: z.literal('address').describe('{{ secret }} stands in the base address.') }),
  z.strictObject({
    type: z.literal('client_credentials').describe('OAuth 2.0: a token is asked for with the secret of a client.'),
    tokenUrl: z.url({ protocol: /^https?$/ }),
    clientId: z.string().min(1).max(500),
    scope: z.string().max(2000).optional(),
  }),
])
export type RestAuth = z.infer<typeof authSchema>

const valuesSchema = z.strictObject({
  scalars: z.enum(['json', 'text']).default('json').describe('`text`: numbers, yes and no are written as texts.'),
  separator: z
    .string()
    .min(1)
    .max(5)
    .optional()
    .describe('Parts several choices in one text; without it they are a list.'),
  moments: z.enum(['iso', 'milliseconds', 'seconds']).default('iso'),
  ids: z
    .enum(['text', 'number'])
    .default('text')
    .describe('`number`: placeholders of ids are numbers where they stand alone.'),
  empty: z.enum(['null', 'text']).default('null').describe('`text`: a field is emptied by an empty text.'),
})
export type ValueStyle = z.infer<typeof valuesSchema>

/** The settings of a CRM that is connected by them alone. */
export const restCrmSettings = z
  .object({
    /** Where its API is, without a slash at the end: `https://api.example.com/v1`. May hold `{{ secret }}`. */
    baseUrl: z.string().regex(/^https?:\/\/[^\s/]+(\/.*)?$/, 'Expected an address such as https://api.example.com/v1.'),
    auth: authSchema,
    /** The token, key, password or client secret that requests are let in by. */
    secret: z.string().min(1).max(5000).meta({ secret: true }),
    /** What its requests to our hook vouch for themselves by. */
    hookSecret: z.string().min(8, 'Expected at least 8 characters.').max(1000).meta({ secret: true }).optional(),
    /** Sent with every request. */
    headers: z.record(headerNameSchema, z.string().max(2000)).default({}),
    timeoutSeconds: z.int().min(1).max(60).default(15),
    /** Requests within any second, of all processes together. */
    requestsPerSecond: z.int().min(1).max(200).default(5),
    /** Requests within any minute, of all processes together, where the CRM counts those too. */
    requestsPerMinute: z.int().min(1).max(1000).optional(),
    /** Its search finds what was made only after so many seconds: after a lost answer it is not asked sooner. */
    settleSeconds: z.int().min(0).max(600).default(0),
    /** Whatever placeholders need by name: `{{ constants.NAME }}`. */
    constants: z.record(z.string().regex(/^[a-z][\w]*$/i), z.json()).default({}),
    values: valuesSchema.prefault({}),
    errors: z
      .strictObject({
        message: pathSchema.optional().describe('Where the words of an error stand.'),
        code: pathSchema.optional().describe('Where its own code of an error stands, also in answers of success.'),
        meanings: z.record(z.string(), meanings).default({}).describe('What its codes mean.'),
        statuses: z
          .record(z.string().regex(/^[45]\d\d$/), meanings)
          .default({})
          .describe('What statuses mean where that is unusual.'),
        restSeconds: z
          .int()
          .min(1)
          .max(3600)
          .default(10)
          .describe('How long it is left alone after 429 where it does not say.'),
        restHeader: z
          .string()
          .optional()
          .describe('A header that says for how many seconds, or until which Unix time, besides Retry-After.'),
      })
      .prefault({}),
    /** Checks the account and tells its name. */
    account: z.strictObject({ request: requestSchema, name: placeSchema }),
    /** Done whenever the account is connected, such as making the field for our markers; that it is there already is no fault. */
    setup: z.array(requestSchema).max(20).default([]),
    pipelines: pipelinesSchema,
    users: usersSchema,
    contact: contactSchema,
    deal: dealSchema,
    note: hangingSchema.optional(),
    task: hangingSchema.optional(),
    hook: hookSchema.optional(),
  })
  .superRefine((settings, context) => {
    const fault = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message })
    const address = addressFault(settings.baseUrl)
    if (address) fault(['baseUrl'], address)
    for (const [name, value] of Object.entries(settings.headers)) {
      const message = checkTemplate(value, '', requestRoots)?.message
      if (message) fault(['headers', name], message)
    }
    const inAddress = /\{\{\s*secret\b/.test(settings.baseUrl)
    if (settings.auth.type === 'address' && !inAddress)
      fault(['baseUrl'], 'Expected {{ secret }} in it, because auth says so.')
    if (settings.auth.type !== 'address' && inAddress)
      fault(['auth', 'type'], 'Expected address, because the base address holds the secret.')
    if (settings.hook?.auth && settings.hookSecret === undefined)
      fault(['hookSecret'], 'Expected the secret that hook.auth is checked by.')
    for (const entity of ['contact', 'deal', 'note', 'task'] as const) {
      const { fields = [], marker, marked } = settings[entity] ?? {}
      fields.forEach(({ key, type, choices }, index) => {
        const path = [entity, 'fields', index]
        if (fields.findIndex((one) => one.key === key) !== index)
          fault([...path, 'key'], `"${key}" is there twice; expected each key once`)
        if ((type === 'choice' || type === 'choices') !== (choices !== undefined && choices.length > 0))
          fault([...path, 'choices'], 'expected choices of a choice, and of nothing else')
      })
      for (const key of required[entity]) {
        if (settings[entity] && !fields.some((one) => one.key === key))
          fault([entity, 'fields'], `expected a field of the key "${key}"`)
      }
      if (marked && !marker)
        fault([entity, 'marker'], 'Expected where the marker is kept, because records are looked for by it.')
    }
  })
export type RestCrmSettings = z.infer<typeof restCrmSettings>

function addressFault(baseUrl: string): string | undefined {
  const template = checkTemplate(baseUrl, '', ['secret'])
  if (template) return template.message
  if (/^https?:\/\/[^/?#]*\{\{/.test(baseUrl)) return 'Expected {{ secret }} behind the host, which is told in errors.'
  if (URL.canParse(baseUrl.replace(/\{\{.*?\}\}/g, 'x'))) return undefined
  return 'Expected an address such as https://api.example.com/v1.'
}

const required = { contact: ['name'], deal: ['name', 'stage'], note: ['text'], task: ['text', 'due_at'] } as const
