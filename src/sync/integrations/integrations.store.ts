import { and, asc, eq, getTableColumns, gt } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import type { CrmLists } from '../crm.ts'
import type { Integration } from './integration.ts'
import { integrationState, integrations } from './integrations.table.ts'

// The lists of an account are large, and wanted seldom.
const { lists: _, ...columns } = getTableColumns(integrations)

/** The project's integrations, the oldest first. */
export async function listIntegrations(
  db: Queryable,
  projectId: number,
  page: PageRequest,
): Promise<Page<Integration>> {
  const { after, limit } = readPage(page)
  const rows = await db.orm
    .select(columns)
    .from(integrations)
    .where(and(eq(integrations.projectId, projectId), after === undefined ? undefined : gt(integrations.id, after)))
    .orderBy(asc(integrations.id))
    .limit(limit + 1)
  return makePage(rows, limit, (integration) => integration.id)
}

/** The integrations of all projects that are switched on. */
export async function enabledIntegrations(db: Queryable): Promise<Integration[]> {
  return db.orm.select(columns).from(integrations).where(eq(integrations.enabled, true)).orderBy(asc(integrations.id))
}

/** An integration of any project, by its number. */
export async function findIntegration(db: Queryable, id: number): Promise<Integration | undefined> {
  const [integration] = await db.orm.select(columns).from(integrations).where(eq(integrations.id, id))
  return integration
}

/** The same, its row locked until the transaction ends. */
export async function lockIntegration(tx: Tx, id: number): Promise<Integration | undefined> {
  const [integration] = await tx.orm.select(columns).from(integrations).where(eq(integrations.id, id)).for('update')
  return integration
}

/** The integration whose vendor calls `/hooks/{hookId}`. */
export async function findIntegrationByHook(db: Queryable, hookId: string): Promise<Integration | undefined> {
  const [integration] = await db.orm.select(columns).from(integrations).where(eq(integrations.hookId, hookId))
  return integration
}

export async function findIntegrationByName(
  db: Queryable,
  projectId: number,
  name: string,
): Promise<Integration | undefined> {
  const [integration] = await db.orm
    .select(columns)
    .from(integrations)
    .where(and(eq(integrations.projectId, projectId), eq(integrations.name, name)))
  return integration
}

/** Undefined when the project has an integration of that name. */
export async function insertIntegration(
  tx: Tx,
  row: typeof integrations.$inferInsert,
): Promise<Integration | undefined> {
  const [integration] = await tx.orm.insert(integrations).values(row).onConflictDoNothing().returning(columns)
  return integration
}

/** Undefined when there is no such integration any more. */
export async function updateIntegrationRow(
  db: Queryable,
  id: number,
  fields: Partial<typeof integrations.$inferInsert>,
): Promise<Integration | undefined> {
  const [integration] = await db.orm.update(integrations).set(fields).where(eq(integrations.id, id)).returning(columns)
  return integration
}

export async function deleteIntegrationRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(integrations).where(eq(integrations.id, id))
}

/** What an account has to choose from, as last read, and when that was; null while it was never read. */
export async function findLists(db: Queryable, id: number): Promise<{ lists: CrmLists; readAt: Date } | null> {
  const [row] = await db.orm
    .select({ lists: integrations.lists, readAt: integrations.listsAt })
    .from(integrations)
    .where(eq(integrations.id, id))
  return row?.lists && row.readAt ? { lists: row.lists, readAt: row.readAt } : null
}

/** What an adapter keeps under a name, sealed. */
export async function readState(db: Queryable, integrationId: number, name: string): Promise<string | undefined> {
  const [row] = await db.orm
    .select({ value: integrationState.value })
    .from(integrationState)
    .where(and(eq(integrationState.integrationId, integrationId), eq(integrationState.name, name)))
  return row?.value
}

/** Keeps it; undefined takes it away. */
export async function writeState(
  db: Queryable,
  { integrationId, name, value, now }: { integrationId: number; name: string; value: string | undefined; now: Date },
): Promise<void> {
  if (value === undefined) {
    await db.orm
      .delete(integrationState)
      .where(and(eq(integrationState.integrationId, integrationId), eq(integrationState.name, name)))
    return
  }
  await db.orm
    .insert(integrationState)
    .values({ integrationId, name, value, updatedAt: now })
    .onConflictDoUpdate({
      target: [integrationState.integrationId, integrationState.name],
      set: { value, updatedAt: now },
    })
}

/** Takes a value away for good; false when it is not there any more, or another. */
export async function takeState(
  db: Queryable,
  { integrationId, name, value }: { integrationId: number; name: string; value: string },
): Promise<boolean> {
  const rows = await db.orm
    .delete(integrationState)
    .where(
      and(
        eq(integrationState.integrationId, integrationId),
        eq(integrationState.name, name),
        eq(integrationState.value, value),
      ),
    )
    .returning({ name: integrationState.name })
  return rows.length > 0
}

/** Forgets everything that an adapter keeps. */
export async function clearState(db: Queryable, integrationId: number): Promise<void> {
  await db.orm.delete(integrationState).where(eq(integrationState.integrationId, integrationId))
}
