import type { Database } from '../../platform/database/database.ts'
import { type Route, route } from '../../team/route.ts'
import { addToSalesPlan } from './add-to-sales-plan.ts'
import { createSalesPlan } from './create-sales-plan.ts'
import { deleteSalesPlan } from './delete-sales-plan.ts'
import { getSalesPlan } from './get-sales-plan.ts'
import { readProgress } from './read-progress.ts'
import { removeFromSalesPlan } from './remove-from-sales-plan.ts'
import * as calls from './sales-plans.schemas.ts'
import { listEntries, listPlans } from './sales-plans.store.ts'
import { updateSalesPlan } from './update-sales-plan.ts'

/** The calls about sales plans. */
export function salesPlansRoutes({ db }: { db: Database }): Route[] {
  return [
    route(calls.getPlans, ({ context, query }) => listPlans(db, context.projectId, query)),
    route(calls.postPlan, ({ context, body }) => db.transaction((tx) => createSalesPlan(tx, context, body))),
    route(calls.getPlanById, async ({ context, params }) => {
      const plan = await getSalesPlan(db, context.projectId, params.id)
      return { ...plan, progress: await readProgress(db, plan) }
    }),
    route(calls.patchPlan, ({ context, params, body }) =>
      db.transaction((tx) => updateSalesPlan(tx, context, { ...body, planId: params.id })),
    ),
    route(calls.removePlan, ({ context, params }) =>
      db.transaction((tx) => deleteSalesPlan(tx, context, { planId: params.id })),
    ),

    route(calls.getEntries, async ({ context, params, query }) => {
      const plan = await getSalesPlan(db, context.projectId, params.id)
      return listEntries(db, plan.id, query)
    }),
    route(calls.putEntry, ({ context, params, body }) =>
      db.transaction((tx) =>
        addToSalesPlan(tx, context, { planId: params.id, contactId: params.contactId, dealId: body.dealId }),
      ),
    ),
    route(calls.removeEntry, ({ context, params }) =>
      db.transaction((tx) => removeFromSalesPlan(tx, context, { planId: params.id, contactId: params.contactId })),
    ),
  ]
}
