import { and, asc, eq, gt, inArray } from 'drizzle-orm'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../platform/paging.ts'
import type { AttributeDefinition } from './attribute.ts'
import { attributeDefinitions } from './contacts.table.ts'

/** The project's custom fields, the oldest first. */
export async function listAttributes(
  db: Queryable,
  projectId: number,
  filter: PageRequest,
): Promise<Page<AttributeDefinition>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select()
    .from(attributeDefinitions)
    .where(
      and(
        eq(attributeDefinitions.projectId, projectId),
        after === undefined ? undefined : gt(attributeDefinitions.id, after),
      ),
    )
    .orderBy(asc(attributeDefinitions.id))
    .limit(limit + 1)
  return makePage(rows, limit, (definition) => definition.id)
}

/** All of the project's custom fields, or those of these names. */
export async function readAttributes(
  db: Queryable,
  projectId: number,
  names?: string[],
): Promise<AttributeDefinition[]> {
  if (names?.length === 0) return []
  return db.orm
    .select()
    .from(attributeDefinitions)
    .where(
      and(
        eq(attributeDefinitions.projectId, projectId),
        names === undefined ? undefined : inArray(attributeDefinitions.name, names),
      ),
    )
    .orderBy(asc(attributeDefinitions.id))
}

export async function findAttribute(
  db: Queryable,
  projectId: number,
  id: number,
): Promise<AttributeDefinition | undefined> {
  const [row] = await db.orm
    .select()
    .from(attributeDefinitions)
    .where(and(eq(attributeDefinitions.id, id), eq(attributeDefinitions.projectId, projectId)))
  return row
}

/** Undefined when the project has an attribute of that name. */
export async function insertAttribute(
  tx: Tx,
  row: typeof attributeDefinitions.$inferInsert,
): Promise<AttributeDefinition | undefined> {
  const [definition] = await tx.orm.insert(attributeDefinitions).values(row).onConflictDoNothing().returning()
  return definition
}

export async function updateAttributeRow(
  tx: Tx,
  id: number,
  fields: Partial<Pick<AttributeDefinition, 'title' | 'choices'>>,
): Promise<AttributeDefinition> {
  const [row] = await tx.orm.update(attributeDefinitions).set(fields).where(eq(attributeDefinitions.id, id)).returning()
  return row!
}

/** Removes the definition, and its values from all contacts. */
export async function deleteAttributeRow(tx: Tx, definition: AttributeDefinition): Promise<void> {
  await tx.orm.delete(attributeDefinitions).where(eq(attributeDefinitions.id, definition.id))
  await tx.query(
    `update contacts set attributes = attributes - $2::text where project_id = $1 and jsonb_exists(attributes, $2::text)`,
    [definition.projectId, definition.name],
  )
}
