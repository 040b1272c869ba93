import type { z } from 'zod'
import { AppError } from '../../../src/platform/errors.ts'
import type { CrmEntity, CrmRecord } from '../../../src/sync/crm.ts'
import { type FieldsOf, nouns } from '../fields/crm-field.ts'
import { largestPage, pagesOf } from '../pages.ts'
import { contactPayload, leadPayload, notePayload, taskPayload } from '../payload.ts'
import type { AmocrmTools } from '../tools.ts'
import { contactRecord, leadRecord, noteRecord, taskRecord } from './records.ts'

export interface Ref {
  id: string
  on?: { entity: 'contact' | 'deal'; id: string }
}

/** So many single requests are as quick as one for the latest of all. */
const fewRefs = 8

/** What stands there now of these; what is deleted is left out. */
export async function readRecords(
  tools: AmocrmTools,
  entity: CrmEntity,
  refs: Ref[],
  signal: AbortSignal,
): Promise<CrmRecord[]> {
  if (entity === 'contact' || entity === 'deal') return readItems(tools, entity, refs, signal)
  const records: CrmRecord[] = []
  for (const ref of refs) {
    const record = entity === 'note' ? await readNote(tools, ref, signal) : await readTask(tools, ref, signal)
    if (record) records.push(record)
  }
  return records
}

/** Deals or contacts as the vendor has them, by id. */
export async function readPayloads(
  tools: AmocrmTools,
  entity: FieldsOf,
  ids: string[],
  signal: AbortSignal,
): Promise<Map<string, Payloads[FieldsOf]>> {
  const { client } = tools
  const { schema, query } = kinds[entity]
  const path = nouns[entity]
  const wanted = new Set(ids)
  const found = new Map<string, Payloads[FieldsOf]>()
  // Asking for certain ids is a filter, which has to be paid for; but what is read was changed lately, mostly.
  if (wanted.size > fewRefs) {
    const list = { path, name: path, schema, query: { ...query, 'order[updated_at]': 'desc' }, limit: largestPage }
    for await (const page of pagesOf<Payloads[FieldsOf]>(client, list, signal)) {
      const before = found.size
      for (const item of page) {
        if (wanted.has(String(item.id)) && !item.is_deleted) found.set(String(item.id), item)
      }
      // A page that brings no more than a single request would is the last.
      if (found.size - before <= 1 || wanted.size - found.size <= fewRefs) break
    }
  }
  for (const id of wanted) {
    if (found.has(id)) continue
    const item = await single<Payloads[FieldsOf]>(tools, `${path}/${id}`, schema, signal, query)
    if (item && !item.is_deleted) found.set(id, item)
  }
  return found
}

interface Payloads {
  deal: z.infer<typeof leadPayload>
  contact: z.infer<typeof contactPayload>
}

const kinds = {
  deal: { schema: leadPayload, query: { with: 'contacts' } },
  contact: { schema: contactPayload, query: {} },
} as const

async function readItems(tools: AmocrmTools, entity: FieldsOf, refs: Ref[], signal: AbortSignal): Promise<CrmRecord[]> {
  const ids = refs.map(({ id }) => id)
  const items = [...(await readPayloads(tools, entity, ids, signal)).values()]
  if (items.length === 0) return []
  const world = { fields: await tools.known.of(entity, signal), zone: (await tools.desk.account(signal)).zone }
  return items.map((item) =>
    entity === 'deal' ? leadRecord(item as Payloads['deal'], world) : contactRecord(item as Payloads['contact'], world),
  )
}

/** A note is found by what it hangs on; where that is not known, among deals first. */
async function readNote(tools: AmocrmTools, { id, on }: Ref, signal: AbortSignal): Promise<CrmRecord | undefined> {
  for (const entity of on ? [on.entity] : (['deal', 'contact'] as const)) {
    const note = await single(tools, `${nouns[entity]}/notes/${id}`, notePayload, signal)
    if (note) return noteRecord(note, entity)
  }
  return undefined
}

async function readTask(tools: AmocrmTools, { id }: Ref, signal: AbortSignal): Promise<CrmRecord | undefined> {
  const task = await single(tools, `tasks/${id}`, taskPayload, signal)
  return task && taskRecord(task)
}

/** One thing by its address; undefined where it is not there, which the vendor tells by 204 or 404. */
async function single<T>(
  { client }: AmocrmTools,
  path: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
  query: Record<string, string> = {},
): Promise<T | undefined> {
  try {
    return (await client.call({ path, query }, schema, signal)).value
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return undefined
    throw error
  }
}
