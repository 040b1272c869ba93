import { AppError } from '../../../src/platform/errors.ts'
import type { CrmEntity, CrmMark } from '../../../src/sync/crm.ts'
import { hasMarker } from '../../kit/hidden-marker.ts'
import { nouns } from '../fields/crm-field.ts'
import { type ListCall, pagesOf } from '../pages.ts'
import {
  type ContactPayload,
  contactPayload,
  type LeadPayload,
  leadPayload,
  type NotePayload,
  notePayload,
  taskPayload,
} from '../payload.ts'
import type { AmocrmTools } from '../tools.ts'

/** The ids of what was found, by marker. */
export type FoundMarked = Map<string, { id: string; contactId?: string }>

interface Search {
  marks: CrmMark[]
  /** Unix seconds: what is older is not looked at. */
  since: number
  found: FoundMarked
}

/**
 * Looks for what was made since a moment by our markers, the newest first, page by page until all is found or what comes is older. The
 * order is that of making: what somebody changes meanwhile does not move between the pages.
 */
export async function findMarked(
  tools: AmocrmTools,
  entity: CrmEntity,
  { marks, since }: { marks: CrmMark[]; since: Date },
  signal: AbortSignal,
): Promise<FoundMarked> {
  const search: Search = { marks, since: Math.floor(since.getTime() / 1000), found: new Map() }
  if (marks.length > 0) await finders[entity](tools, search, signal)
  return search.found
}

const newest = { 'order[id]': 'desc' }

const finders: Record<CrmEntity, (tools: AmocrmTools, search: Search, signal: AbortSignal) => Promise<void>> = {
  async deal(tools, search, signal) {
    const field = await tools.desk.markerField('deal', signal)
    const query = { 'order[created_at]': 'desc', with: 'contacts' }
    const list = { path: 'leads', name: 'leads', schema: leadPayload, query }
    await lookThrough(tools, search, { list, signal, isOf: keptIn(field), contactOf: mainContact })
  },

  async contact(tools, search, signal) {
    const field = await tools.desk.markerField('contact', signal)
    const list = { path: 'contacts', name: 'contacts', schema: contactPayload, query: newest }
    await lookThrough(tools, search, { list, signal, isOf: keptIn(field) })
  },

  async task(tools, search, signal) {
    const list = { path: 'tasks', name: 'tasks', schema: taskPayload, query: newest }
    await lookThrough(tools, search, { list, signal, isOf: ({ text }, marker) => hasMarker(text ?? '', marker) })
  },

  async note(tools, search, signal) {
    const placeOf = ({ on }: CrmMark) => (on ? `${nouns[on.entity]}/${on.id}/notes` : undefined)
    for (const path of new Set(search.marks.flatMap((mark) => placeOf(mark) ?? []))) {
      const marks = search.marks.filter((mark) => placeOf(mark) === path)
      const list = { path, name: 'notes', schema: notePayload, query: newest }
      const isOf = ({ params }: NotePayload, marker: string) => hasMarker(params?.text ?? '', marker)
      await lookThrough(tools, { ...search, marks }, { list, signal, isOf }).catch(nothingIfGone)
    }
  },
}

/** What it hangs on was deleted, and with it whatever hung there. */
function nothingIfGone(error: unknown): void {
  if (!(error instanceof AppError) || error.code !== 'not_found') throw error
}

interface Look<T> {
  list: ListCall<T>
  signal: AbortSignal
  isOf(item: NoInfer<T>, marker: string): boolean
  contactOf?(item: NoInfer<T>): string | undefined
}

type Made = Pick<ContactPayload, 'id' | 'created_at' | 'is_deleted'>

async function lookThrough<T extends Made>(
  { client }: AmocrmTools,
  { marks, since, found }: Search,
  { list, signal, isOf, contactOf }: Look<T>,
): Promise<void> {
  for await (const page of pagesOf(client, list, signal)) {
    const fresh = page.filter(({ created_at: at }) => (at ?? 0) >= since)
    for (const item of fresh) {
      const mark = marks.find(({ marker }) => !found.has(marker) && !item.is_deleted && isOf(item, marker))
      if (!mark) continue
      const contactId = mark.contactMarker === undefined ? undefined : contactOf?.(item)
      found.set(mark.marker, { id: String(item.id), ...(contactId !== undefined && { contactId }) })
    }
    if (fresh.length === 0 || marks.every(({ marker }) => found.has(marker))) return
  }
}

/** Whether the marker stands in this field. */
function keptIn(field: number) {
  return ({ custom_fields_values: values }: Pick<ContactPayload, 'custom_fields_values'>, marker: string) =>
    values?.find(({ field_id: id }) => id === field)?.values?.[0]?.value === marker
}

function mainContact({ _embedded: embedded }: LeadPayload): string | undefined {
  const contacts = embedded?.contacts ?? []
  const main = contacts.find(({ is_main: isMain }) => isMain) ?? contacts[0]
  return main && String(main.id)
}
