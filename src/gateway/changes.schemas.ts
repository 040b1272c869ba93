import { z } from 'zod'
import { operation } from '../platform/http/operation.ts'
import { momentSchema, pageOf, pageQuery } from '../platform/http/schemas.ts'

export const changeSchema = z
  .object({
    id: z.int(),
    kind: z
      .string()
      .describe('What happened: `deal.created`, `contact.label_added` …; docs/changes.md lists them all.'),
    contactId: z.int().nullish(),
    conversationId: z.int().nullish(),
    dealId: z.int().nullish(),
    data: z.record(z.string(), z.unknown()),
    at: momentSchema,
  })
  .meta({ id: 'Change' })

const kindsSchema = z
  .string()
  .regex(/^[\w.*]+(,[\w.*]+)*$/, 'expected kinds joined by commas, such as deal.created,contact.*')
  .transform((text) => text.split(','))
  .optional()
  .meta({ type: 'string', description: 'Kinds joined by commas; `deal.*` stands for all that begin with `deal.`.' })

export const getChanges = operation({
  id: 'listChanges',
  tag: 'changes',
  method: 'get',
  path: '/changes',
  summary: 'Lists changes, the oldest first',
  description:
    '`nextCursor` is always there: ask again with it to go on, or later when nothing follows yet. ' +
    'A page may be shorter than the limit, because changes of other kinds are left out.',
  access: 'read',
  query: pageQuery.extend({ kinds: kindsSchema }),
  answer: pageOf(changeSchema),
})

export const getEvents = operation({
  id: 'streamChanges',
  tag: 'changes',
  method: 'get',
  path: '/events',
  summary: 'Streams changes as they happen, as server-sent events',
  description:
    'Each event carries a change as JSON, its kind as `event`, and its place as `id`. A client that comes back with ' +
    '`Last-Event-ID` misses nothing. A comment every 15 seconds keeps the connection open.',
  access: 'read',
  query: z.object({ kinds: kindsSchema }),
  produces: 'text/event-stream',
})
