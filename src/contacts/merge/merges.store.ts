import { and, desc, eq, gt, inArray, isNull, lt } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import type { Contact } from '../contact.ts'
import { contacts } from '../contacts.table.ts'
import type { ContactMerge } from './merge.ts'
import { contactMerges } from './merges.table.ts'

/** The contacts themselves, also those that were merged, in the order of their numbers. */
export async function findOwnContacts(db: Queryable, projectId: number, ids: number[]): Promise<Contact[]> {
  return db.orm
    .select()
    .from(contacts)
    .where(and(inArray(contacts.id, ids), eq(contacts.projectId, projectId)))
    .orderBy(contacts.id)
}

/** Locks the rows of contacts until the transaction ends, as nothing can be hung on them meanwhile. */
export async function lockContactRows(tx: Tx, ids: number[]): Promise<void> {
  await tx.orm
    .select({ id: contacts.id })
    .from(contacts)
    .where(inArray(contacts.id, ids))
    .orderBy(contacts.id)
    .for('update')
}

export async function insertMerge(tx: Tx, row: typeof contactMerges.$inferInsert): Promise<ContactMerge> {
  const [merge] = await tx.orm.insert(contactMerges).values(row).returning()
  return merge!
}

export async function updateMerge(tx: Tx, id: number, fields: Partial<ContactMerge>): Promise<ContactMerge> {
  const [merge] = await tx.orm.update(contactMerges).set(fields).where(eq(contactMerges.id, id)).returning()
  return merge!
}

export async function findMerge(db: Queryable, projectId: number, id: number): Promise<ContactMerge | undefined> {
  const [merge] = await db.orm
    .select()
    .from(contactMerges)
    .where(and(eq(contactMerges.id, id), eq(contactMerges.projectId, projectId)))
  return merge
}

/** The merge that made an end of a contact, if one did. */
export async function mergeOf(db: Queryable, mergedId: number): Promise<ContactMerge | undefined> {
  const [merge] = await db.orm
    .select()
    .from(contactMerges)
    .where(and(eq(contactMerges.mergedId, mergedId), isNull(contactMerges.undoneAt)))
  return merge
}

/** The last merge by which a contact took in another, after the one of that number. */
export async function laterMerge(db: Queryable, survivorId: number, after: number): Promise<ContactMerge | undefined> {
  const [merge] = await db.orm
    .select()
    .from(contactMerges)
    .where(and(eq(contactMerges.survivorId, survivorId), gt(contactMerges.id, after), isNull(contactMerges.undoneAt)))
    .orderBy(desc(contactMerges.id))
    .limit(1)
  return merge
}

/** The merges by which a contact took in others, the newest first. */
export async function listMerges(
  db: Queryable,
  projectId: number,
  filter: PageRequest & { contactId?: number },
): Promise<Page<ContactMerge>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select()
    .from(contactMerges)
    .where(
      and(
        eq(contactMerges.projectId, projectId),
        filter.contactId === undefined ? undefined : eq(contactMerges.survivorId, filter.contactId),
        after === undefined ? undefined : lt(contactMerges.id, after),
      ),
    )
    .orderBy(desc(contactMerges.id))
    .limit(limit + 1)
  return makePage(rows, limit, (merge) => merge.id)
}
