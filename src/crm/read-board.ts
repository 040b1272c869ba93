import type { Queryable } from '../platform/database/database.ts'
import { sumDeals } from './deals.store.ts'
import { getPipeline } from './get-place.ts'
import type { Stage } from './pipelines.store.ts'

/** A funnel at a glance. */
export interface Board {
  id: number
  name: string
  stages: (Stage & {
    /** How many deals stand here. */
    deals: number
    /** What they are worth together, by currency; null stands for deals without one. */
    sums: { currency: string | null; budget: number }[]
  })[]
}

/** How many deals stand in each stage of a pipeline, and what they are worth. Throws `not_found`. */
export async function readBoard(db: Queryable, projectId: number, pipelineId: number): Promise<Board> {
  const pipeline = await getPipeline(db, projectId, pipelineId)
  const sums = Map.groupBy(await sumDeals(db, pipeline.id), (row) => row.stageId)
  const stages = pipeline.stages.map((stage) => {
    const rows = sums.get(stage.id) ?? []
    return {
      ...stage,
      deals: rows.reduce((total, row) => total + row.count, 0),
      sums: rows.map(({ currency, budget }) => ({ currency, budget })),
    }
  })
  return { id: pipeline.id, name: pipeline.name, stages }
}
