import type { Queryable } from '../platform/database/database.ts'
import type { AttributeDefinition } from './attribute.ts'

/** What values the project's custom fields of these names take, by name; those that there are not are left out. */
export async function readNamedAttributes(
  db: Queryable,
  projectId: number,
  names: string[],
): Promise<Map<string, Pick<AttributeDefinition, 'type' | 'choices'>>> {
  if (names.length === 0) return new Map()
  const rows = await db.query<Pick<AttributeDefinition, 'name' | 'type' | 'choices'>>(
    `select name, type, choices from attribute_definitions
      where project_id = $1 and name in (select json_array_elements_text($2::text::json))`,
    [projectId, JSON.stringify(names)],
  )
  return new Map(rows.map(({ name, ...attribute }) => [name, attribute]))
}
