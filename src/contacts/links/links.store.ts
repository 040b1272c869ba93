import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import type { Merging } from '../merge/merge.ts'
import { contactLinks } from './links.table.ts'

type LinkRow = typeof contactLinks.$inferSelect

/** Numbers of the other cards that are linked with a contact as one person. */
export async function linkedContactIds(db: Queryable, projectId: number, contactId: number): Promise<number[]> {
  const person = db.orm
    .select({ id: contactLinks.personId })
    .from(contactLinks)
    .where(eq(contactLinks.contactId, sql`surviving_contact(${contactId})`))
  const rows = await db.orm
    .select({ id: contactLinks.contactId })
    .from(contactLinks)
    .where(
      and(
        eq(contactLinks.projectId, projectId),
        inArray(contactLinks.personId, person),
        ne(contactLinks.contactId, sql`surviving_contact(${contactId})`),
      ),
    )
    .orderBy(contactLinks.contactId)
  return rows.map((row) => row.id)
}

/** The links of these contacts. */
export async function findLinks(db: Queryable, contactIds: number[]): Promise<LinkRow[]> {
  return db.orm.select().from(contactLinks).where(inArray(contactLinks.contactId, contactIds))
}

export async function insertLink(tx: Tx, row: typeof contactLinks.$inferInsert): Promise<void> {
  await tx.orm.insert(contactLinks).values(row)
}

/** Makes one person of two: all cards of the one are cards of the other. */
export async function joinPersons(tx: Tx, from: number, to: number): Promise<void> {
  await tx.orm.update(contactLinks).set({ personId: to }).where(eq(contactLinks.personId, from))
}

/** A number for a person, new among them and among contacts. */
export async function drawPersonId(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ id: number | string }>(
    `select nextval(pg_get_serial_sequence('contacts', 'id')) as id`,
  )
  return Number(row!.id)
}

/** Takes a card out of its person; a person of one card is none any more. */
export async function removeLink(
  tx: Tx,
  { contactId, personId }: Pick<LinkRow, 'contactId' | 'personId'>,
): Promise<void> {
  await tx.orm.delete(contactLinks).where(eq(contactLinks.contactId, contactId))
  const left = await cardsOf(tx, [personId])
  if (left.length === 1) await tx.orm.delete(contactLinks).where(eq(contactLinks.personId, personId))
}

/** The persons of all cards that a merge touched, before and after it. */
export interface LinkJournal {
  before: LinkRow[]
  after: LinkRow[]
}

/** The survivor takes the second's place among linked cards; if both are linked, their persons become one. */
export async function moveLink(tx: Tx, { survivorId, secondId }: Merging): Promise<LinkJournal> {
  const links = await findLinks(tx, [survivorId, secondId])
  const second = links.find((link) => link.contactId === secondId)
  const survivor = links.find((link) => link.contactId === survivorId)
  if (!second) return { before: [], after: [] }
  const before = await cardsOf(
    tx,
    links.map((link) => link.personId),
  )
  if (!survivor) await insertLink(tx, { ...second, contactId: survivorId })
  else if (survivor.personId !== second.personId) await joinPersons(tx, second.personId, survivor.personId)
  await removeLink(tx, { contactId: secondId, personId: survivor?.personId ?? second.personId })
  const touched = [...new Set([survivorId, ...before.map((link) => link.contactId)])]
  return { before, after: await findLinks(tx, touched) }
}

/** Links cards as they were before a merge, except those that were linked otherwise since then. */
export async function restoreLinks(tx: Tx, { before, after }: LinkJournal): Promise<void> {
  const touched = [...new Set([...before, ...after].map((link) => link.contactId))]
  if (touched.length === 0) return
  const now = await findLinks(tx, touched)
  const personIn = (links: readonly LinkRow[], contactId: number) =>
    links.find((link) => link.contactId === contactId)?.personId
  const unchanged = touched.filter((id) => personIn(now, id) === personIn(after, id))
  await tx.orm.delete(contactLinks).where(inArray(contactLinks.contactId, unchanged))
  const rows = before
    .filter((link) => unchanged.includes(link.contactId))
    .map((link) => ({ ...link, at: new Date(link.at) }))
  if (rows.length > 0) await tx.orm.insert(contactLinks).values(rows)
  await removeSingles(tx, [...new Set([...before, ...now].map((link) => link.personId))])
}

/** A person of one card is none. */
async function removeSingles(tx: Tx, personIds: number[]): Promise<void> {
  const cards = await cardsOf(tx, personIds)
  for (const [personId, links] of Map.groupBy(cards, (link) => link.personId)) {
    if (links.length === 1) await tx.orm.delete(contactLinks).where(eq(contactLinks.personId, personId))
  }
}

async function cardsOf(db: Queryable, personIds: number[]): Promise<LinkRow[]> {
  return db.orm
    .select()
    .from(contactLinks)
    .where(inArray(contactLinks.personId, personIds))
    .orderBy(contactLinks.contactId)
}
