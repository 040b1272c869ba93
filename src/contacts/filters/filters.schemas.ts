import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import { idParams, idSchema, momentSchema, pageOf, pageQuery } from '../../platform/http/schemas.ts'
import { contactSchema } from '../contacts.schemas.ts'
import { contactSorts } from './contact-sort.ts'
import { filterSchema } from './filter.ts'

const search = z
  .string()
  .max(200)
  .optional()
  .describe(
    'As people type: each word is a part of name, username, e-mail or phone (one or two letters: the begin of a word of it); ' +
      'a phone in any spelling, or its begin or last digits.',
  )

const sort = z
  .enum(contactSorts)
  .default('-id')
  .describe('With a minus descending; `-id` is the newest first. What has no value comes last both ways.')

const cursor = z.string().max(1500).optional().describe('`nextCursor` of the page before, in the same order.')

const label = z.string().trim().min(1).max(100)

const labelList = z
  .string()
  .max(2000)
  .transform((text) => text.split(',').map((each) => each.trim()))
  .pipe(z.array(label).max(20))
  .meta({ type: 'string', description: 'Labels that the contact has, all of them, joined by commas.' })

/** Which contacts are meant; without anything all of them. */
const choice = {
  search,
  labels: z.array(label).max(20).optional().describe('Labels that the contact has, all of them.'),
  segment: z.int().min(1).optional().describe('The number of a segment.'),
  filter: filterSchema.optional(),
}

const segmentSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    filter: filterSchema,
    createdAt: momentSchema,
    updatedAt: momentSchema,
  })
  .meta({ id: 'Segment' })

const name = z.string().describe('1 to 200 characters, unique in the project.')

export const getContacts = operation({
  id: 'listContacts',
  tag: 'contacts',
  method: 'get',
  path: '/contacts',
  summary: 'Lists contacts, the newest first unless sorted',
  access: 'read',
  query: pageQuery.extend({
    cursor,
    search,
    labels: labelList.optional(),
    segment: idSchema.optional().describe('The number of a segment.'),
    sort,
  }),
  answer: pageOf(contactSchema),
})

export const postSearch = operation({
  id: 'searchContacts',
  tag: 'contacts',
  method: 'post',
  path: '/contacts/search',
  summary: 'Lists contacts that a filter chooses',
  description: 'What is given must all hold: search, labels, segment and filter.',
  access: 'read',
  body: z.strictObject({ ...choice, sort, cursor, limit: z.int().min(1).max(200).default(50) }),
  answer: pageOf(contactSchema),
})

export const postCount = operation({
  id: 'countContacts',
  tag: 'contacts',
  method: 'post',
  path: '/contacts/count',
  summary: 'Counts the contacts that a filter chooses, exactly up to 10,000',
  access: 'read',
  body: z.strictObject(choice),
  answer: z.object({
    count: z.int().describe('At most 10,000.'),
    more: z.boolean().describe('There are more than 10,000.'),
  }),
})

export const getFilterFields = operation({
  id: 'listFilterFields',
  tag: 'contacts',
  method: 'get',
  path: '/filter-fields',
  summary: 'Lists what filters of contacts can ask about, and how',
  access: 'read',
  answer: z.object({
    items: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        choices: z.array(z.string()).optional(),
        operators: z.array(
          z.object({
            name: z.string(),
            expects: z.string().nullable().describe('What its value must be; null where it takes none.'),
          }),
        ),
      }),
    ),
  }),
})

export const getSegments = operation({
  id: 'listSegments',
  tag: 'contacts',
  method: 'get',
  path: '/segments',
  summary: 'Lists segments, the oldest first',
  access: 'read',
  query: pageQuery,
  answer: pageOf(segmentSchema),
})

export const postSegment = operation({
  id: 'createSegment',
  tag: 'contacts',
  method: 'post',
  path: '/segments',
  summary: 'Gives a filter of contacts a name',
  access: 'write',
  body: z.strictObject({ name, filter: filterSchema }),
  answer: segmentSchema,
  status: 201,
})

export const getSegmentById = operation({
  id: 'readSegment',
  tag: 'contacts',
  method: 'get',
  path: '/segments/{id}',
  summary: 'Reads a segment',
  access: 'read',
  params: idParams,
  answer: segmentSchema,
})

export const patchSegment = operation({
  id: 'updateSegment',
  tag: 'contacts',
  method: 'patch',
  path: '/segments/{id}',
  summary: 'Renames a segment or gives it another filter',
  access: 'write',
  params: idParams,
  body: z.strictObject({ name: name.optional(), filter: filterSchema.optional() }),
  answer: segmentSchema,
})

export const removeSegment = operation({
  id: 'deleteSegment',
  tag: 'contacts',
  method: 'delete',
  path: '/segments/{id}',
  summary: 'Forgets a segment; its contacts stay',
  access: 'write',
  params: idParams,
})
