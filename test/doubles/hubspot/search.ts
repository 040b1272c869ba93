import { z } from 'zod'
import type { PeerReply } from '../json-peer.ts'
import { failure, type Kept } from './kept.ts'
import type { Property } from './properties.ts'

/** The body of a search (developers.hubspot.com/docs/api-reference/search/guide), as far as it is used. */
export const searchBody = z.strictObject({
  filterGroups: z
    .array(
      z.strictObject({
        filters: z
          .array(
            z.strictObject({
              propertyName: z.string(),
              operator: z.enum(['EQ', 'GTE', 'IN']),
              value: z.string().optional(),
              values: z.array(z.string()).optional(),
            }),
          )
          .min(1)
          .max(6),
      }),
    )
    .max(5),
  sorts: z
    .array(z.strictObject({ propertyName: z.string(), direction: z.enum(['ASCENDING', 'DESCENDING']) }))
    .max(1)
    .optional(),
  properties: z.array(z.string()).optional(),
  limit: z.int().min(1).max(200).default(10),
  after: z.string().regex(/^\d+$/).optional(),
})

type Filter = z.infer<typeof searchBody>['filterGroups'][number]['filters'][number]

/** What a search finds, page by page. */
export function searched(
  { filterGroups, sorts = [], limit, after = '0' }: z.infer<typeof searchBody>,
  all: Kept[],
  properties: Property[],
  show: (kept: Kept) => object,
): PeerReply {
  const named = [...filterGroups.flatMap(({ filters }) => filters), ...sorts].map(({ propertyName }) => propertyName)
  const unknown = named.find((name) => !properties.some((property) => property.name === name))
  if (unknown) return failure(400, 'VALIDATION_ERROR', `There is no property ${unknown}.`)
  const filters = filterGroups.flatMap((group) => group.filters)
  // "When using IN or NOT_IN with string properties, the values must be lowercase."
  if (
    filters.some(
      ({ operator, values }) => operator === 'IN' && (!values || values.some((one) => one !== one.toLowerCase())),
    )
  )
    return failure(400, 'VALIDATION_ERROR', 'IN wants values in lowercase.')
  const found = all.filter((kept) => filterGroups.some((group) => group.filters.every((filter) => fits(kept, filter))))
  const [sort] = sorts
  if (sort)
    found.sort((one, other) => (sort.direction === 'ASCENDING' ? 1 : -1) * compared(one, other, sort.propertyName))
  const from = Number(after)
  const next = from + limit < found.length ? { paging: { next: { after: String(from + limit) } } } : {}
  return { status: 200, body: { total: found.length, results: found.slice(from, from + limit).map(show), ...next } }
}

function fits(kept: Kept, { propertyName, operator, value, values }: Filter): boolean {
  const own = valueIn(kept, propertyName)
  if (operator === 'GTE') return Number(own) >= Number(value)
  if (operator === 'IN') return values!.includes(String(own).toLowerCase())
  return String(own).toLowerCase() === value?.toLowerCase()
}

function compared(one: Kept, other: Kept, name: string): number {
  return Number(valueIn(one, name)) - Number(valueIn(other, name)) || Number(one.id) - Number(other.id)
}

function valueIn(kept: Kept, name: string): string | number {
  if (/createdate$/.test(name)) return kept.createdAt.getTime()
  if (/lastmodifieddate$/.test(name)) return kept.updatedAt.getTime()
  return kept.properties[name] ?? ''
}
