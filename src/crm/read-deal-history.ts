import type { Queryable } from '../platform/database/database.ts'
import { type DealMove, readMoves } from './deals.store.ts'
import { getDeal } from './get-deal.ts'

/** A stay of a deal in a stage. */
export interface DealStay extends Pick<DealMove, 'fromStageId' | 'toStageId' | 'at'> {
  /** The stage's name; null when it was removed since. */
  stage: string | null
  /** When the deal left it; null while it stands there. */
  leftAt: Date | null
  /** How long it stood there, until now if it still does. */
  seconds: number
}

/** The stages a deal went through, in order, with the time spent in each. Throws `not_found`. */
export async function readDealHistory(
  db: Queryable,
  projectId: number,
  dealId: number,
  now: Date,
): Promise<{
  items: DealStay[]
  /** The time by stage, over all its stays; the longest first. */
  totals: { stageId: number; stage: string | null; seconds: number }[]
}> {
  const { deal } = await getDeal(db, projectId, dealId)
  const moves = await readMoves(db, deal.id)
  const items = moves.map(({ fromStageId, toStageId, at, stage }, index) => {
    const leftAt = moves[index + 1]?.at ?? null
    const seconds = Math.max(0, Math.round(((leftAt ?? now).getTime() - at.getTime()) / 1000))
    return { fromStageId, toStageId, at, stage, leftAt, seconds }
  })
  const totals = [...Map.groupBy(items, (item) => item.toStageId)].map(([stageId, stays]) => ({
    stageId,
    stage: stays[0]!.stage,
    seconds: stays.reduce((total, stay) => total + stay.seconds, 0),
  }))
  return { items, totals: totals.sort((a, b) => b.seconds - a.seconds) }
}
