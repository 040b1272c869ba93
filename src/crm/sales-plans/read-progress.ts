import type { Queryable } from '../../platform/database/database.ts'
import type { PlanProgress, SalesPlan } from './sales-plan.ts'
import { countForPlan } from './sales-plans.store.ts'

/** How far a plan has come. Deals count from when they were won, also before their contact was added. */
export async function readProgress(db: Queryable, plan: SalesPlan): Promise<PlanProgress> {
  const counted = await countForPlan(db, plan)
  const value = plan.measure === 'contacts' ? counted.contacts : counted.wonBudget
  return { ...counted, value, target: plan.target, percent: Math.floor((value * 1000) / plan.target) / 10 }
}
