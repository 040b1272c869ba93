import type { PeerReply } from '../json-peer.ts'
import { listQuery, notesQuery } from './schemas.ts'

/** Something as it is kept and told. */
export interface Kept {
  id: number
  add_time: string
  update_time: string
  name?: string
  emails?: { value: string }[]
  phones?: { value: string }[]
  custom_fields?: Record<string, unknown>
  deal_id?: number
  person_id?: number
}

/** A page of version 2: what comes behind it is asked for by a cursor. */
export function page(all: unknown[], limit: number, cursor: string | null | undefined): PeerReply {
  const from = Number((cursor ?? 'c0').slice(1))
  const next = from + limit < all.length ? `c${from + limit}` : null
  const body = { success: true, data: all.slice(from, from + limit), additional_data: { next_cursor: next } }
  return { status: 200, body }
}

export function listed(things: Map<number, Kept>, query: URLSearchParams): PeerReply {
  const parsed = listQuery.safeParse(Object.fromEntries(query))
  if (!parsed.success) return { status: 400, body: { success: false, error: parsed.error.issues[0]!.message } }
  const {
    ids,
    deal_id: deal,
    person_id: person,
    updated_since: since,
    sort_by: by,
    sort_direction,
    limit,
    cursor,
  } = parsed.data
  const wanted = ids?.split(',').map(Number)
  const found = [...things.values()].filter(
    (one) =>
      (!wanted || wanted.includes(one.id)) &&
      (deal === undefined || one.deal_id === Number(deal)) &&
      (person === undefined || one.person_id === Number(person)) &&
      (since === undefined || one.update_time >= since),
  )
  return page(sorted(found, by, sort_direction === 'desc'), limit, cursor)
}

export function listedNotes(notes: Map<number, Kept>, query: URLSearchParams): PeerReply {
  const parsed = notesQuery.safeParse(Object.fromEntries(query))
  if (!parsed.success) return { status: 400, body: { success: false, error: parsed.error.issues[0]!.message } }
  const { deal_id: deal, person_id: person, updated_since: since, sort, limit, start } = parsed.data
  const found = [...notes.values()].filter(
    (one) =>
      (deal === undefined || one.deal_id === Number(deal)) &&
      (person === undefined || one.person_id === Number(person)) &&
      (since === undefined || `${one.update_time.replace(' ', 'T')}Z` >= since),
  )
  const [by, direction] = sort.split(' ') as ['add_time' | 'update_time', string]
  const data = sorted(found, by, direction === 'DESC').slice(start, start + limit)
  const more = start + limit < found.length
  const pagination = { start, limit, more_items_in_collection: more, ...(more && { next_start: start + limit }) }
  return { status: 200, body: { success: true, data, additional_data: { pagination } } }
}

function sorted(found: Kept[], by: 'id' | 'add_time' | 'update_time', descending: boolean): Kept[] {
  return found.sort((one, other) => {
    const order = one[by] < other[by] ? -1 : one[by] > other[by] ? 1 : one.id - other.id
    return descending ? -order : order
  })
}
