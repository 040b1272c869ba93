import { and, desc, eq, inArray, isNotNull, lt, sql } from 'drizzle-orm'
import { deals } from '../../crm/crm.table.ts'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import type { CrmEntity } from '../crm.ts'
import { crmLinks } from './exchange.table.ts'
import type { CrmLink } from './link.ts'
import type { Shadow } from './shadow.ts'

/** The links of these things of ours in an integration, by our number. */
export async function linksOfSubjects(
  db: Queryable,
  integrationId: number,
  entity: CrmEntity,
  subjectIds: readonly number[],
): Promise<Map<number, CrmLink>> {
  if (subjectIds.length === 0) return new Map()
  const rows = await db.orm
    .select()
    .from(crmLinks)
    .where(and(ofKind(integrationId, entity), inArray(crmLinks.subjectId, [...subjectIds])))
  return new Map(rows.map((row) => [row.subjectId!, row]))
}

/** The links of these things there, by their id; of several the one that counts now, or at least names something of ours. */
export async function linksOfRecords(
  db: Queryable,
  integrationId: number,
  entity: CrmEntity,
  externalIds: readonly string[],
): Promise<Map<string, CrmLink>> {
  if (externalIds.length === 0) return new Map()
  const rows = await db.orm
    .select()
    .from(crmLinks)
    .where(and(ofKind(integrationId, entity), inArray(crmLinks.externalId, [...externalIds])))
    .orderBy(sql`${crmLinks.shadow} ->> 'gone' is null, ${crmLinks.subjectId} nulls first`)
  return new Map(rows.map((row) => [row.externalId, row]))
}

/** What is to be linked. */
export type NewLink = Pick<
  CrmLink,
  'projectId' | 'integrationId' | 'entity' | 'subjectId' | 'externalId' | 'shadow' | 'theirsUpdatedAt'
>

/** Links what is not linked yet, or was until it was deleted there; gives those that are new. */
export async function insertLinks(tx: Tx, links: readonly NewLink[], now: Date): Promise<CrmLink[]> {
  if (links.length === 0) return []
  return tx.orm
    .insert(crmLinks)
    .values(links.map((link) => ({ ...link, createdAt: now, updatedAt: now })))
    .onConflictDoUpdate({
      target: [crmLinks.integrationId, crmLinks.entity, crmLinks.subjectId],
      targetWhere: sql`subject_id is not null`,
      set: {
        externalId: sql`excluded.external_id`,
        shadow: sql`excluded.shadow`,
        theirsUpdatedAt: sql`excluded.theirs_updated_at`,
        updatedAt: sql`excluded.updated_at`,
      },
      setWhere: sql`${crmLinks.shadow} ->> 'gone' is not null`,
    })
    .returning()
}

/** Notes what both sides have in common now, and when theirs was changed last; what was parted by hand meanwhile stays so. */
export async function updateLinks(
  tx: Tx,
  links: readonly { id: number; shadow: Shadow; theirsUpdatedAt: Date | null }[],
  now: Date,
): Promise<void> {
  if (links.length === 0) return
  const rows = links.map(({ id, shadow, theirsUpdatedAt }) => ({ id, shadow, theirs_updated_at: theirsUpdatedAt }))
  await tx.query(
    `update crm_links l set shadow = r.shadow, theirs_updated_at = r.theirs_updated_at, updated_at = $2::timestamptz
       from json_populate_recordset(null::crm_links, $1::text::json) r
      where l.id = r.id and l.shadow ->> 'parted' is null`,
    [JSON.stringify(rows), now.toISOString()],
  )
}

/** The link, its row locked until the transaction ends; undefined when it was removed. */
export async function lockLink(tx: Tx, id: number): Promise<CrmLink | undefined> {
  const [row] = await tx.orm.select().from(crmLinks).where(eq(crmLinks.id, id)).for('update')
  return row
}

export async function deleteLinks(tx: Tx, ids: readonly number[]): Promise<CrmLink[]> {
  if (ids.length === 0) return []
  return tx.orm
    .delete(crmLinks)
    .where(inArray(crmLinks.id, [...ids]))
    .returning()
}

/** What narrows a list of links. */
export interface LinkFilter extends PageRequest {
  integrationId: number
  entity?: CrmEntity
  subjectId?: number
  externalId?: string
}

/** What of ours is linked in an integration, the newest link first. */
export async function listLinks(db: Queryable, filter: LinkFilter): Promise<Page<CrmLink>> {
  const { after, limit } = readPage(filter)
  const { integrationId, entity, subjectId, externalId } = filter
  const rows = await db.orm
    .select()
    .from(crmLinks)
    .where(
      and(
        eq(crmLinks.integrationId, integrationId),
        isNotNull(crmLinks.subjectId),
        sql`${crmLinks.shadow} ->> 'gone' is null`,
        entity === undefined ? undefined : eq(crmLinks.entity, entity),
        subjectId === undefined ? undefined : eq(crmLinks.subjectId, subjectId),
        externalId === undefined ? undefined : eq(crmLinks.externalId, externalId),
        after === undefined ? undefined : lt(crmLinks.id, after),
      ),
    )
    .orderBy(desc(crmLinks.id))
    .limit(limit + 1)
  return makePage(rows, limit, (link) => link.id)
}

/** Whose deals these are, by the number of the deal. */
export async function contactsOfDeals(db: Queryable, dealIds: readonly number[]): Promise<Map<number, number>> {
  if (dealIds.length === 0) return new Map()
  const rows = await db.orm
    .select({ id: deals.id, contactId: deals.contactId })
    .from(deals)
    .where(inArray(deals.id, [...dealIds]))
  return new Map(rows.map(({ id, contactId }) => [id, contactId]))
}

const ofKind = (integrationId: number, entity: CrmEntity) =>
  and(eq(crmLinks.integrationId, integrationId), eq(crmLinks.entity, entity))
