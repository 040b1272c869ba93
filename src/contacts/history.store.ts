import type { Queryable } from '../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../platform/paging.ts'

/** Something that was recorded of a contact. */
export interface HistoryEntry {
  id: number
  kind: string
  contactId: number
  conversationId: number | null
  dealId: number | null
  data: Record<string, unknown>
  at: Date
  /** The name of the operator who did it; null when it was somebody else, or the operator is gone. */
  operatorName: string | null
}

/**
 * What was recorded of a contact and of those that it took in, the newest first; its messages are left out. It goes back as
 * far as the log of changes is kept.
 */
export async function listContactHistory(
  db: Queryable,
  projectId: number,
  filter: PageRequest & { contactId: number },
): Promise<Page<HistoryEntry>> {
  const { after, limit } = readPage(filter)
  const rows = await db.query<HistoryRow>(
    `with recursive same as (
       select c.id from contacts c where c.id = $2 and c.project_id = $1
       union
       select c.id from same s join contacts c on c.merged_into_id = s.id)
     select h.id, h.kind, h.contact_id, h.conversation_id, h.deal_id, h.data, extract(epoch from h.at) * 1000 as at,
            o.name as operator_name
       from changes h
       left join operators o on h.data->'by'->>'kind' = 'operator' and o.id = (h.data->'by'->>'id')::bigint
        and o.project_id = h.project_id
      where h.contact_id = any (array(select id from same)) and h.kind not like 'message.%' and h.project_id = $1
        and ($3::bigint is null or h.id < $3::bigint)
      order by h.id desc limit $4::int`,
    [projectId, filter.contactId, after ?? null, limit + 1],
  )
  return makePage(rows.map(readEntry), limit, (entry) => entry.id)
}

interface HistoryRow {
  id: number
  kind: string
  contact_id: number
  conversation_id: number | null
  deal_id: number | null
  data: Record<string, unknown>
  at: number | string
  operator_name: string | null
}

function readEntry(row: HistoryRow): HistoryEntry {
  return {
    id: Number(row.id),
    kind: row.kind,
    contactId: Number(row.contact_id),
    conversationId: row.conversation_id,
    dealId: row.deal_id,
    data: row.data,
    at: new Date(Number(row.at)),
    operatorName: row.operator_name,
  }
}
