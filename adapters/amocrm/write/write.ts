import { AppError } from '../../../src/platform/errors.ts'
import type { CrmEntity, CrmWrite, CrmWritten } from '../../../src/sync/crm.ts'
import { type FieldsOf, nouns } from '../fields/crm-field.ts'
import { needsBefore } from '../fields/encode.ts'
import { type ContactPayload, complexAnswers, writtenOf } from '../payload.ts'
import { readPayloads } from '../read/read.ts'
import type { AmocrmTools } from '../tools.ts'
import { type Answered, type BatchItem, sendBatch } from './batch.ts'
import { type Body, type ItemWorld, itemBody, noteBody, taskBody } from './bodies.ts'

/**
 * Writes things of one kind. What cannot be put into the vendor's form, or is refused, fails alone. It may take several requests (deals with
 * a new contact go apart, and a refused batch goes again without the refused one): when an answer is lost, all of them are in doubt; when the
 * vendor wants rest or lets us in no more after some were written, the rest of them is told as not written.
 */
export async function writeAll(
  tools: AmocrmTools,
  entity: CrmEntity,
  writes: CrmWrite[],
  signal: AbortSignal,
): Promise<CrmWritten[]> {
  const results = new Map<number, CrmWritten>()
  const items = await prepare(tools, entity, writes, results, signal)
  for (const [place, own] of groups(entity, writes, items)) {
    try {
      await sendTo(tools, place, own, results, signal)
      if (place === notesOfDeals) await sendTo(tools, notesOfContacts, takeMissing(own, results), results, signal)
    } catch (error) {
      const wrote = [...results.values()].some(({ ok }) => ok)
      if (!(error instanceof AppError) || !wrote || leavesOpen(error)) throw error
      for (const { index } of items) if (!results.has(index)) results.set(index, { ok: false, error })
      break
    }
  }
  return writes.map((_, index) => results.get(index)!)
}

/** Where a thing is sent: the method and what it is called there. */
type Place = 'POST complex' | `${'POST' | 'PATCH'} ${string}`

/** A note that is changed is looked for among those of deals first: what it hangs on is not told. */
const notesOfDeals = 'PATCH leads/notes'
const notesOfContacts = 'PATCH contacts/notes'

/** What of these is not where it was sent; nothing is said of it yet. */
function takeMissing(items: BatchItem[], results: Map<number, CrmWritten>): BatchItem[] {
  return items.filter(({ index }) => {
    const result = results.get(index)
    return result?.ok === false && result.error.code === 'not_found' && results.delete(index)
  })
}

function groups(entity: CrmEntity, writes: CrmWrite[], items: BatchItem[]): Map<Place, BatchItem[]> {
  return Map.groupBy(items, ({ index }) => placeOf(entity, writes[index]!))
}

function placeOf(entity: CrmEntity, { id, contact, on }: CrmWrite): Place {
  const method = id === undefined ? 'POST' : 'PATCH'
  if (entity === 'note') return `${method} ${nouns[on?.entity ?? 'deal']}/notes`
  if (entity === 'task') return `${method} tasks`
  if (entity === 'deal' && id === undefined && contact && 'make' in contact) return 'POST complex'
  return `${method} ${nouns[entity]}`
}

function sendTo(
  tools: AmocrmTools,
  place: Place,
  items: BatchItem[],
  results: Map<number, CrmWritten>,
  signal: AbortSignal,
): Promise<void> {
  if (place === 'POST complex') {
    const answersOf = (value: (typeof complexAnswers)['_output']): Answered[] =>
      value.map(({ id, contact_id: contactId, request_id: ids }) => ({
        id,
        requestId: ids?.[0],
        contactId: contactId ?? undefined,
      }))
    const batch = { method: 'POST' as const, path: 'leads/complex', schema: complexAnswers, answersOf, items }
    return sendBatch(tools, batch, results, signal)
  }
  const [method, path] = place.split(' ') as ['POST' | 'PATCH', string]
  const name = path.split('/').at(-1)!
  const schema = writtenOf(name)
  const answersOf = (value: (typeof schema)['_output']): Answered[] =>
    value._embedded[name]!.map(({ id, request_id: requestId, updated_at: updatedAt }) => ({
      id,
      requestId: requestId ?? undefined,
      updatedAt: updatedAt ?? undefined,
    }))
  return sendBatch(tools, { method, path, schema, answersOf, items }, results, signal)
}

/** Puts all into the vendor's form; what cannot be is told in `results`. */
async function prepare(
  tools: AmocrmTools,
  entity: CrmEntity,
  writes: CrmWrite[],
  results: Map<number, CrmWritten>,
  signal: AbortSignal,
): Promise<BatchItem[]> {
  if (writes.length === 0) return []
  const bodyOf = await bodyMaker(tools, entity, writes, signal)
  const items: BatchItem[] = []
  for (const [index, write] of writes.entries()) {
    try {
      items.push({ index, body: await bodyOf(write) })
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid') throw error
      results.set(index, { ok: false, error })
    }
  }
  return items
}

type MakeBody = (write: CrmWrite) => Body | Promise<Body>

async function bodyMaker(
  tools: AmocrmTools,
  entity: CrmEntity,
  writes: CrmWrite[],
  signal: AbortSignal,
): Promise<MakeBody> {
  if (entity === 'note') return noteBody
  if (entity === 'task') return taskBody
  const own = await itemMaker(tools, entity, writes, signal)
  if (entity === 'contact') return own
  const made = writes.flatMap(({ contact }) => (contact && 'make' in contact ? [contact.make] : []))
  const contactOf = made.length > 0 ? await itemMaker(tools, 'contact', made, signal) : undefined
  return async (write) => {
    const body = await own(write)
    if (write.id !== undefined || !write.contact) return body
    const contact =
      'id' in write.contact ? { id: Number(write.contact.id), is_main: true } : await contactOf!(write.contact.make)
    return { ...body, _embedded: { ...(body._embedded as Body | undefined), contacts: [contact] } }
  }
}

/** The account may have got a field or choice that we do not know yet: it is asked once more, though not again and again. */
const missedFreshMs = 60_000

async function itemMaker(
  tools: AmocrmTools,
  entity: FieldsOf,
  writes: CrmWrite[],
  signal: AbortSignal,
): Promise<MakeBody> {
  const fields = await tools.known.of(entity, signal)
  const world: ItemWorld = {
    entity,
    fields,
    zone: (await tools.desk.account(signal)).zone,
    markerField: await tools.desk.markerField(entity, signal),
  }
  const ids = writes.flatMap(({ id, values }) => (id !== undefined && needsBefore(values, entity, fields) ? [id] : []))
  const standing = ids.length > 0 ? await readPayloads(tools, entity, ids, signal) : new Map<string, ContactPayload>()
  return async (write) => {
    const before = standing.get(write.id ?? '')?.custom_fields_values ?? []
    try {
      return itemBody(write, { ...world, before })
    } catch (error) {
      if (!(error instanceof AppError) || error.detail?.unknown !== true) throw error
      return itemBody(write, { ...world, before, fields: await tools.known.of(entity, signal, missedFreshMs) })
    }
  }
}

/** Whether what was sent may have been done all the same. */
function leavesOpen({ code }: AppError): boolean {
  return code === 'unavailable' || code === 'timeout'
}
