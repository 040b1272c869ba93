import { type Account, alive, type Entity, type Note, robot } from './account.ts'
import { noteEvent } from './hook-fields.ts'
import { checkQuery, filtered, page, type Reply, withinFilter } from './pages.ts'
import { fault, notThere, refuse } from './refusal.ts'
import type { Call, Route } from './route.ts'
import { changedNote, type NoteBody, newNote, readBatch, readOne } from './schemas.ts'
import { self, showNote } from './show.ts'

/** Notes of deals and contacts (crm_platform/events-and-notes). */
export const noteRoutes: Route[] = [
  { method: 'GET', path: /^(leads|contacts)\/notes$/, answer: list },
  { method: 'POST', path: /^(leads|contacts)\/notes$/, answer: make },
  { method: 'GET', path: /^(leads|contacts)\/(\d+)\/notes$/, answer: list },
  { method: 'POST', path: /^(leads|contacts)\/(\d+)\/notes$/, answer: make },
  { method: 'GET', path: /^(leads|contacts)\/notes\/(\d+)$/, answer: (call) => one(call, call.params[1]!) },
  { method: 'GET', path: /^(leads|contacts)\/\d+\/notes\/(\d+)$/, answer: (call) => one(call, call.params[1]!) },
  { method: 'PATCH', path: /^(leads|contacts)\/\d+\/notes\/(\d+)$/, answer: changeOne },
  { method: 'PATCH', path: /^(leads|contacts)\/notes$/, answer: changeMany },
]

/** Writes a note and tells the webhooks. */
export function writeNote(account: Account, entity: Entity, entityId: number, body: NoteBody, by: number): Note {
  const at = account.now()
  const note: Note = {
    id: account.nextId(),
    entity,
    entityId,
    type: body.note_type,
    params: body.params,
    responsible: body.responsible_user_id ?? robot,
    createdBy: body.created_by ?? by,
    createdAt: body.created_at ?? at,
    updatedAt: at,
  }
  account.notes.set(note.id, note)
  const key = `${entity}:${entityId}`
  account.notesOn.set(key, [...(account.notesOn.get(key) ?? []), note.id])
  account.tell(noteEvent(account, note))
  return note
}

function list({ account, query, params: [entity = '', id] }: Call): Reply {
  checkQuery(query, { orders: ['updated_at', 'id'], with: ['is_pinned'], further: ['filter'] })
  const ids = id === undefined ? filtered(query, 'entity_id') : [id]
  const named = filtered(query, 'id')
  const types = filtered(query, 'note_type')
  const all =
    ids === undefined
      ? [...account.notes.values()].filter((note) => note.entity === entity)
      : ids.flatMap((one) => account.notesOn.get(`${entity}:${one}`) ?? []).map((one) => account.notes.get(one)!)
  const found = all.filter(
    (note) =>
      (named === undefined || named.includes(String(note.id))) &&
      (types === undefined || types.includes(note.type)) &&
      withinFilter(query, 'updated_at', note.updatedAt),
  )
  const by = { id: (note: Note) => note.id, updated_at: (note: Note) => note.updatedAt }
  const address = `${account.url}/api/v4/${entity}/${id === undefined ? '' : `${id}/`}notes`
  return page(query, 'notes', address, found, by, (note) => showNote(account, note))
}

function one({ account, query, params: [entity] }: Call, id: string): Reply {
  checkQuery(query, { with: ['is_pinned'] })
  const note = account.notes.get(Number(id))
  return note?.entity === entity ? { status: 200, body: showNote(account, note!) } : { status: 204 }
}

function make({ account, by, json, query, params: [name = '', id] }: Call): Reply {
  checkQuery(query, {})
  const entity = name as Entity
  const bodies = readBatch(newNote, json, 250)
  const entityOf = (body: NoteBody) => (id === undefined ? body.entity_id : Number(id))
  refuse(bodies, (body) => {
    const on = entityOf(body)
    if (on === undefined) return [fault('entity_id', 'This field is missing.', 'FieldMissing')]
    return alive(account, entity, on) === undefined ? [notThere('entity_id')] : []
  })
  const notes = bodies.map((body, index) => {
    const note = writeNote(account, entity, entityOf(body)!, body, by)
    const request_id = body.request_id ?? String(index)
    return { id: note.id, entity_id: note.entityId, request_id, _links: self(account, `${entity}/notes/${note.id}`) }
  })
  return { status: 200, body: { _links: self(account, `${entity}/notes`), _embedded: { notes } } }
}

function changeOne({ account, json, params: [, id] }: Call): Reply {
  const body = readOne(changedNote, json)
  const note = account.notes.get(Number(id))
  if (note === undefined) return { status: 204 }
  return { status: 200, body: change(account, note, body.params) }
}

function changeMany({ account, json, params: [entity = ''] }: Call): Reply {
  const bodies = readBatch(changedNote, json, 250)
  refuse(bodies, ({ id }) => (account.notes.get(id ?? 0)?.entity === entity ? [] : [notThere('id')]))
  const notes = bodies.map(({ id, params }) => change(account, account.notes.get(id!)!, params))
  return { status: 200, body: { _embedded: { notes } } }
}

function change(account: Account, note: Note, params: Note['params']): unknown {
  note.params = params
  note.updatedAt = account.now()
  return { id: note.id, entity_id: note.entityId, updated_at: note.updatedAt }
}
