import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'

/** How contacts can be sorted: ascending, and with a minus descending. What has no value comes last both ways. */
export const contactSorts = [
  'id',
  '-id',
  'name',
  '-name',
  'createdAt',
  '-createdAt',
  'lastActivityAt',
  '-lastActivityAt',
] as const
export type ContactSort = (typeof contactSorts)[number]

/** The place of a contact in a sorted list: its key (null: it has none), and its number among equal keys. */
export interface SortPlace {
  key: string | null
  id: number
}

const placeSchema = z.tuple([z.enum(contactSorts), z.string().max(200).nullable(), z.int().min(1)])

/** The opaque form of a place, which also says in what order it is one. */
export function writeSortCursor(sort: ContactSort, { key, id }: SortPlace): string {
  return Buffer.from(JSON.stringify([sort, key, id])).toString('base64url')
}

/** Reads such a place. Throws `invalid` when it is none, or one of another order. */
export function readSortCursor(sort: ContactSort, cursor: string): SortPlace {
  const place = placeSchema.safeParse(parsed(cursor))
  if (!place.success || !isKey(place.data[0], place.data[1])) {
    throw invalidCursor('is not one of ours; pass nextCursor of the page before, or none for the first page')
  }
  const [sortedBy, key, id] = place.data
  if (sortedBy !== sort)
    throw invalidCursor(`belongs to the order ${sortedBy}; the order ${sort} begins without a cursor`)
  return { key, id }
}

/** Whether a text can be the key of that order: times are compared as times. */
function isKey(sort: ContactSort, key: string | null): boolean {
  if (key === null || !sort.endsWith('At')) return !key?.includes('\0')
  return z.iso.datetime().safeParse(key).success
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}

function invalidCursor(message: string): AppError {
  return new AppError('invalid', `cursor ${message}.`, { faults: [{ path: 'cursor', message }] })
}
