import type { Queryable, Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { invalidInput } from '../../platform/faults.ts'
import type { SalesPlan } from './sales-plan.ts'
import { findPlan, lockPlan, readPlanNames } from './sales-plans.store.ts'

/** A plan by its number or its name. */
export type PlanChoice = { planId: number } | { plan: string }

/** The project's plan of that number; throws `not_found`. */
export async function getSalesPlan(db: Queryable, projectId: number, planId: number): Promise<SalesPlan> {
  return (await findPlan(db, projectId, { planId })) ?? refuse(planId)
}

/** The same, its row locked until the transaction ends. */
export async function salesPlanForUpdate(tx: Tx, projectId: number, planId: number): Promise<SalesPlan> {
  return (await lockPlan(tx, projectId, { planId }, 'update')) ?? refuse(planId)
}

/** The plan that was chosen, kept from being removed; throws `not_found`, and `invalid` that tells which names there are. */
export async function chosenSalesPlan(tx: Tx, projectId: number, choice: PlanChoice): Promise<SalesPlan> {
  const plan = await lockPlan(tx, projectId, choice, 'key share')
  if (plan) return plan
  if ('planId' in choice) return refuse(choice.planId)
  const names = await readPlanNames(tx, projectId)
  const there = names.length === 0 ? 'there is none' : `expected one of ${names.map((name) => `"${name}"`).join(', ')}`
  throw invalidInput('sales plan', [{ path: 'plan', message: `"${choice.plan}" does not exist: ${there}` }])
}

function refuse(id: number): never {
  throw new AppError('not_found', `There is no sales plan ${id} in this project.`)
}
