import type { Queryable } from '../platform/database/database.ts'

/** When a contact wrote last, in any conversation between the two of us. */
export async function lastInboundOf(db: Queryable, contactId: number): Promise<Date | undefined> {
  const [row] = await db.query<{ at: string | null }>(
    `select to_json(max(last_inbound_at))#>>'{}' as at from conversations where contact_id = $1 and kind <> 'group'`,
    [contactId],
  )
  return row?.at ? new Date(row.at) : undefined
}
