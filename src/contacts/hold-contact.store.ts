import type { Tx } from '../platform/database/database.ts'

/** Lets nobody else hold or change the contact until the transaction ends; what refers to it can still be made. */
export async function holdContact(tx: Tx, contactId: number): Promise<void> {
  await tx.query('select id from contacts where id = $1 for no key update', [contactId])
}
