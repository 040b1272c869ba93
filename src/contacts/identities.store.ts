import { and, asc, eq } from 'drizzle-orm'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { identities } from './contacts.table.ts'
import type { Identity } from './identity.ts'

/** Takes an identity from a contact; false when the contact does not have it. */
export async function detachIdentity(tx: Tx, contactId: number, { kind, value }: Identity): Promise<boolean> {
  const rows = await tx.orm
    .delete(identities)
    .where(and(eq(identities.contactId, contactId), eq(identities.kind, kind), eq(identities.value, value)))
    .returning({ id: identities.id })
  return rows.length > 0
}

/** The oldest identity of a kind that a contact has. */
export async function oldestIdentity(db: Queryable, contactId: number, kind: string): Promise<Identity | undefined> {
  const [row] = await db.orm
    .select({ kind: identities.kind, value: identities.value })
    .from(identities)
    .where(and(eq(identities.contactId, contactId), eq(identities.kind, kind)))
    .orderBy(asc(identities.id))
    .limit(1)
  return row
}
