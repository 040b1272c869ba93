import { and, eq } from 'drizzle-orm'
import type { Queryable } from '../../platform/database/database.ts'
import { integrations } from '../integrations/integrations.table.ts'
import type { MappedIntegration } from '../mapping/our-side.ts'

/** An integration with what its account has to choose from. */
export interface NamedIntegration extends MappedIntegration {
  id: number
  name: string
  enabled: boolean
}

const columns = {
  id: integrations.id,
  projectId: integrations.projectId,
  name: integrations.name,
  enabled: integrations.enabled,
  mapping: integrations.mapping,
  lists: integrations.lists,
}

/** All of a project. */
export async function namedIntegrations(db: Queryable, projectId: number): Promise<NamedIntegration[]> {
  return db.orm.select(columns).from(integrations).where(eq(integrations.projectId, projectId))
}

export async function integrationNamed(
  db: Queryable,
  projectId: number,
  name: string,
): Promise<NamedIntegration | undefined> {
  const [integration] = await db.orm
    .select(columns)
    .from(integrations)
    .where(and(eq(integrations.projectId, projectId), eq(integrations.name, name)))
  return integration
}
