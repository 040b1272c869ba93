import type { KnownIntegration } from '../../flows/block.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { readOurSide } from '../mapping/our-side.store.ts'
import { namedIntegrations } from './named-integrations.store.ts'
import { wantedThere } from './wanted-there.ts'

/** The integrations of a project by name, as far as a flow can be checked against what their accounts have. */
export async function knownIntegrations(
  db: Queryable,
  projectId: number,
): Promise<ReadonlyMap<string, KnownIntegration>> {
  const found = await namedIntegrations(db, projectId)
  if (found.length === 0) return new Map()
  const side = await readOurSide(db, projectId)
  return new Map(
    found.map(({ lists, ...integration }) => [
      integration.name,
      { faults: (written) => (lists ? wantedThere({ ...integration, lists }, side, written).faults : []) },
    ]),
  )
}
