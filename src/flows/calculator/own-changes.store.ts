import type { Tx } from '../../platform/database/database.ts'

/** A change that the open transaction has recorded. */
export interface OwnChange {
  kind: string
  contactId: number | null
  conversationId: number | null
  dealId: number | null
  data: Record<string, unknown>
}

/** The changes that this transaction has recorded so far, in order. */
export async function ownChanges(tx: Tx): Promise<OwnChange[]> {
  const rows = await tx.query<{ change: OwnChange }>(
    `select json_build_object('kind', kind, 'contactId', contact_id, 'conversationId', conversation_id, 'dealId', deal_id,
            'data', data - 'by') as change
       from changes where xact = pg_current_xact_id() order by id`,
  )
  return rows.map(({ change }) => change)
}
