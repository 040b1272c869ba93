import type { ChannelAbilities, LookupParts } from '../src/flows/project-lookup.ts'
import type { Database, Queryable } from '../src/platform/database/database.ts'
import type { WorkContext } from '../src/team/context.ts'
import { operators, projects } from '../src/team/team.table.ts'

/** A project of Moscow with one operator, and the context of that operator's work. */
export async function makeProject(db: Database, now = new Date('2026-11-02T09:00:00Z')): Promise<WorkContext> {
  const [project] = await db.orm
    .insert(projects)
    .values({ name: 'Dealership', timeZone: 'Europe/Moscow', country: 'RU', workingHours: {}, createdAt: now })
    .returning()
  const [operator] = await db.orm
    .insert(operators)
    .values({ projectId: project!.id, name: 'Olga', role: 'manager', onShift: true, createdAt: now })
    .returning()
  return { projectId: project!.id, now, by: { kind: 'operator', id: operator!.id } }
}

/** Kinds and data of all changes so far, the oldest first; who made them is left out. */
export async function recordedChanges(db: Queryable): Promise<{ kind: string; data: Record<string, unknown> }[]> {
  const rows = await db.query<{ kind: string; data: Record<string, unknown> }>(
    `select kind, data - 'by' as data from changes order by id`,
  )
  return rows.map(({ kind, data }) => ({ kind, data }))
}

/** Channels of which none is open, so that nobody knows what they can do. */
export const closedChannels: ChannelAbilities = { capabilities: () => undefined }

/** A project as flows are checked against it, of which no channel is open and that has no integrations. */
export const closedProject: LookupParts = { channels: closedChannels, integrations: async () => new Map() }
