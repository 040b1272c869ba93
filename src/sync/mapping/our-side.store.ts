import { asc, eq } from 'drizzle-orm'
import { readAttributes } from '../../contacts/attributes.store.ts'
import { readLocale } from '../../contacts/contacts.store.ts'
import { pipelines, spots, stages } from '../../crm/crm.table.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { operators } from '../../team/team.table.ts'
import type { OurSide } from './our-side.ts'

/** Reads what of a project its mapping can speak of, by four statements. */
export async function readOurSide(db: Queryable, projectId: number): Promise<OurSide> {
  const [locale, attributes, places, team] = await Promise.all([
    readLocale(db, projectId),
    readAttributes(db, projectId),
    db.orm
      .select({
        spot: { id: spots.id, name: spots.name },
        pipeline: { id: pipelines.id, name: pipelines.name },
        stage: { id: stages.id, name: stages.name, type: stages.type },
      })
      .from(stages)
      .innerJoin(pipelines, eq(pipelines.id, stages.pipelineId))
      .innerJoin(spots, eq(spots.id, pipelines.spotId))
      .where(eq(stages.projectId, projectId))
      .orderBy(asc(pipelines.id), asc(stages.position), asc(stages.id)),
    db.orm
      .select({ id: operators.id, name: operators.name, email: operators.email })
      .from(operators)
      .where(eq(operators.projectId, projectId))
      .orderBy(asc(operators.id)),
  ])
  return { locale, attributes, places, operators: team }
}
