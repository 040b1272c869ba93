import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../platform/paging.ts'
import { operators, projects } from '../team/team.table.ts'
import type { Locale } from './attribute.ts'
import type { Contact } from './contact.ts'
import { contacts, identities, notes } from './contacts.table.ts'
import { type Identity, identityKey } from './identity.ts'

/** Something written about a contact. */
export type Note = typeof notes.$inferSelect

/** How the project reads phones and moments. */
export async function readLocale(db: Queryable, projectId: number): Promise<Locale> {
  const [row] = await db.orm
    .select({ country: projects.country, timeZone: projects.timeZone })
    .from(projects)
    .where(eq(projects.id, projectId))
  if (!row) throw new Error(`There is no project ${projectId}.`)
  return row
}

/** Whether the project has an operator of that number. */
export async function hasOperator(db: Queryable, projectId: number, id: number): Promise<boolean> {
  const rows = await db.orm
    .select({ id: operators.id })
    .from(operators)
    .where(and(eq(operators.id, id), eq(operators.projectId, projectId)))
  return rows.length > 0
}

/** The contact of that number, or the one that took it in. */
export async function findContact(db: Queryable, projectId: number, id: number): Promise<Contact | undefined> {
  const [row] = await db.orm.select().from(contacts).where(ofProject(projectId, id))
  return row
}

/** The same, its row locked until the transaction ends. */
export async function lockContact(tx: Tx, projectId: number, id: number): Promise<Contact | undefined> {
  const [row] = await tx.orm.select().from(contacts).where(ofProject(projectId, id)).for('update')
  // It may have been merged while its lock was waited for.
  return row && row.mergedIntoId !== null ? lockContact(tx, projectId, row.mergedIntoId) : row
}

/** Contacts by the numbers that were asked for; a number that was merged leads to its survivor. */
export async function findContacts(db: Queryable, ids: number[]): Promise<Map<number, Contact>> {
  const rows = ids.length === 0 ? [] : await db.orm.select().from(contacts).where(inArray(contacts.id, ids))
  const found = new Map(rows.map((row) => [row.id, row]))
  for (const row of rows) {
    const survivor = row.mergedIntoId === null ? undefined : await findContact(db, row.projectId, row.mergedIntoId)
    if (survivor) found.set(row.id, survivor)
  }
  return found
}

export async function insertContact(tx: Tx, row: typeof contacts.$inferInsert): Promise<Contact> {
  const [contact] = await tx.orm.insert(contacts).values(row).returning()
  return contact!
}

export async function updateContactRow(tx: Tx, id: number, fields: Partial<Contact>): Promise<Contact> {
  const [contact] = await tx.orm.update(contacts).set(fields).where(eq(contacts.id, id)).returning()
  return contact!
}

/**
 * Locks identities, in one order, until the transaction ends: whoever looks a person up in order to make a contact takes
 * these locks first, so that two at the same time make one contact.
 */
export async function lockIdentities(tx: Tx, projectId: number, wanted: Identity[]): Promise<void> {
  if (wanted.length === 0) return
  await tx.query(
    `select pg_advisory_xact_lock(hash) from (
       select distinct hashtextextended(key, 0) as hash from json_array_elements_text($1::text::json) as key
        order by hash) as locks`,
    [JSON.stringify(wanted.map((identity) => `${projectId}/${identity.kind}/${identity.value}`))],
  )
}

/** The contact of the first of these identities that has one, and that identity. */
export async function findByIdentities(
  db: Queryable,
  projectId: number,
  wanted: Identity[],
): Promise<{ contact: Contact; by: Identity } | undefined> {
  for (const identity of wanted) {
    const [row] = await db.orm
      .select({ contact: contacts })
      .from(identities)
      .innerJoin(contacts, eq(contacts.id, identities.contactId))
      .where(
        and(
          eq(identities.projectId, projectId),
          eq(identities.kind, identity.kind),
          eq(identities.value, identity.value),
        ),
      )
    if (row) return { contact: row.contact, by: identity }
  }
  return undefined
}

/** Gives the contact those identities that nobody has; one that somebody has stays where it is. Answers the ones given. */
export async function attachIdentities(
  tx: Tx,
  owner: {
    projectId: number
    contactId: number
    now: Date
    /** The identity by which the person was known already; absent when somebody gave the new ones by hand. */
    knownBy?: Identity
  },
  wanted: Identity[],
): Promise<Identity[]> {
  if (wanted.length === 0) return []
  const { projectId, contactId, now, knownBy } = owner
  const cameBy = knownBy ? identityKey(knownBy) : null
  return tx.orm
    .insert(identities)
    .values(wanted.map(({ kind, value }) => ({ projectId, contactId, kind, value, cameBy, createdAt: now })))
    .onConflictDoNothing()
    .returning({ kind: identities.kind, value: identities.value })
}

/** The identities of each of these contacts, the oldest first. */
export async function identitiesOf(db: Queryable, contactIds: number[]): Promise<Map<number, Identity[]>> {
  if (contactIds.length === 0) return new Map()
  const rows = await db.orm
    .select({ contactId: identities.contactId, kind: identities.kind, value: identities.value })
    .from(identities)
    .where(inArray(identities.contactId, contactIds))
    .orderBy(asc(identities.id))
  const found = new Map<number, Identity[]>()
  for (const { contactId, kind, value } of rows)
    found.set(contactId, [...(found.get(contactId) ?? []), { kind, value }])
  return found
}

export async function insertNote(tx: Tx, row: typeof notes.$inferInsert): Promise<Note> {
  const [note] = await tx.orm.insert(notes).values(row).returning()
  return note!
}

/** What was written about a contact, the newest first. */
export async function listNotes(
  db: Queryable,
  projectId: number,
  filter: PageRequest & { contactId: number },
): Promise<Page<Note>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select()
    .from(notes)
    .where(
      and(
        eq(notes.projectId, projectId),
        eq(notes.contactId, sql`surviving_contact(${filter.contactId})`),
        after === undefined ? undefined : lt(notes.id, after),
      ),
    )
    .orderBy(desc(notes.id))
    .limit(limit + 1)
  return makePage(rows, limit, (note) => note.id)
}

const ofProject = (projectId: number, id: number) =>
  and(eq(contacts.id, sql`surviving_contact(${id})`), eq(contacts.projectId, projectId))
