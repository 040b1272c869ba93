import { AppError } from './errors.ts'

/** What a caller asks of a list: where to go on, and how many items at most (1 to 200, 50 when absent). */
export interface PageRequest {
  cursor?: string
  limit?: number
}

/** A part of a list; `nextCursor` asks for what follows and is null at the end. */
export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

/** Reads the request of a list that is sorted by one number. One row more than `limit` tells whether anything follows. */
export function readPage(request: PageRequest): { after: number | undefined; limit: number } {
  const limit = request.limit ?? 50
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
    throw new AppError('invalid', `limit is ${request.limit}; expected a whole number from 1 to 200.`)
  }
  return { after: request.cursor === undefined ? undefined : readCursor(request.cursor), limit }
}

/** Cuts what was read (up to `limit + 1` rows) to a page. */
export function makePage<Item>(rows: Item[], limit: number, keyOf: (item: Item) => number): Page<Item> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last !== undefined ? makeCursor(keyOf(last)) : null }
}

/** The sort key inside a cursor. */
export function readCursor(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString()
  if (!/^\d{1,16}$/.test(text)) {
    throw new AppError(
      'invalid',
      'cursor is not one of ours; pass nextCursor of the page before, or none for the first page.',
    )
  }
  return Number(text)
}

/** An opaque place in a list, made of the sort key of its last item. */
export function makeCursor(key: number): string {
  return Buffer.from(String(key)).toString('base64url')
}
