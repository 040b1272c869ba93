import type { Database, Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { type Route, route } from '../team/route.ts'
import { createDeal } from './create-deal.ts'
import { createPipeline } from './create-pipeline.ts'
import { createSpot } from './create-spot.ts'
import { createStage } from './create-stage.ts'
import * as calls from './crm.schemas.ts'
import { type Deal, type DealView, dealView } from './deal.ts'
import * as dealCalls from './deals.schemas.ts'
import { listDeals } from './deals.store.ts'
import { deleteDeal } from './delete-deal.ts'
import { deletePipeline } from './delete-pipeline.ts'
import { deleteSpot } from './delete-spot.ts'
import { deleteStage } from './delete-stage.ts'
import { distributionRoutes } from './distribution/distribution.routes.ts'
import { getDeal } from './get-deal.ts'
import { getPipeline } from './get-place.ts'
import { moveDeal } from './move-deal.ts'
import { moveToNextStage } from './move-to-next-stage.ts'
import { listPipelines, listSpots } from './pipelines.store.ts'
import { readBoard } from './read-board.ts'
import { readDealHistory } from './read-deal-history.ts'
import { setDealStatus } from './set-deal-status.ts'
import { updateDeal } from './update-deal.ts'
import { updatePipeline } from './update-pipeline.ts'
import { updateSpot } from './update-spot.ts'
import { updateStage } from './update-stage.ts'

/** The calls about spots, pipelines, stages and deals. */
export function crmRoutes({ db }: { db: Database }): Route[] {
  return [...funnelRoutes(db), ...distributionRoutes(db), ...dealRoutes(db)]
}

function funnelRoutes(db: Database): Route[] {
  return [
    route(calls.getSpots, ({ context, query }) => listSpots(db, context.projectId, query)),
    route(calls.postSpot, ({ context, body }) => db.transaction((tx) => createSpot(tx, context, body))),
    route(calls.patchSpot, ({ context, params, body }) =>
      db.transaction((tx) => updateSpot(tx, context, { spotId: params.id, ...body })),
    ),
    route(calls.removeSpot, ({ context, params }) =>
      db.transaction((tx) => deleteSpot(tx, context, { spotId: params.id })),
    ),

    route(calls.getPipelines, ({ context, query }) => listPipelines(db, context.projectId, query)),
    route(calls.postPipeline, ({ context, body }) => db.transaction((tx) => createPipeline(tx, context, body))),
    route(calls.getPipelineById, ({ context, params }) => getPipeline(db, context.projectId, params.id)),
    route(calls.patchPipeline, ({ context, params, body }) =>
      db.transaction((tx) => updatePipeline(tx, context, { pipelineId: params.id, ...body })),
    ),
    route(calls.removePipeline, ({ context, params }) =>
      db.transaction((tx) => deletePipeline(tx, context, { pipelineId: params.id })),
    ),
    route(calls.getBoard, ({ context, params }) => readBoard(db, context.projectId, params.id)),

    route(calls.postStage, ({ context, params, body }) =>
      db.transaction((tx) => createStage(tx, context, { pipelineId: params.id, ...body })),
    ),
    route(calls.patchStage, ({ context, params, body }) =>
      db.transaction((tx) => updateStage(tx, context, { stageId: params.id, ...body })),
    ),
    route(calls.removeStage, ({ context, params }) =>
      db.transaction((tx) => deleteStage(tx, context, { stageId: params.id })),
    ),
  ]
}

function dealRoutes(db: Database): Route[] {
  return [
    route(dealCalls.getDeals, async ({ context, query }) => {
      const { items, nextCursor } = await listDeals(db, context.projectId, query)
      return { items: items.map(({ deal, place }) => dealView(deal, place)), nextCursor }
    }),
    route(dealCalls.postDeal, ({ context, body }) =>
      changeDeal(db, context, (tx) => createDeal(tx, context, body as Parameters<typeof createDeal>[2])),
    ),
    route(dealCalls.getDealById, async ({ context, params }) => {
      const { deal, place } = await getDeal(db, context.projectId, params.id)
      return dealView(deal, place)
    }),
    route(dealCalls.patchDeal, ({ context, params, body }) =>
      changeDeal(db, context, (tx) =>
        updateDeal(tx, context, { ...body, dealId: params.id } as Parameters<typeof updateDeal>[2]),
      ),
    ),
    route(dealCalls.postMove, ({ context, params, body }) =>
      changeDeal(db, context, (tx) =>
        'next' in body
          ? moveToNextStage(tx, context, { dealId: params.id })
          : moveDeal(tx, context, { dealId: params.id, ...body }),
      ),
    ),
    route(dealCalls.postStatus, ({ context, params, body }) =>
      changeDeal(db, context, (tx) => setDealStatus(tx, context, { dealId: params.id, ...body })),
    ),
    route(dealCalls.removeDeal, ({ context, params }) =>
      db.transaction((tx) => deleteDeal(tx, context, { dealId: params.id })),
    ),
    route(dealCalls.getMoves, ({ context, params }) => readDealHistory(db, context.projectId, params.id, context.now)),
  ]
}

/** Does something with a deal and shows it as it stands then. */
async function changeDeal(db: Database, context: WorkContext, work: (tx: Tx) => Promise<Deal>): Promise<DealView> {
  return db.transaction(async (tx) => {
    const { deal, place } = await getDeal(tx, context.projectId, (await work(tx)).id)
    return dealView(deal, place)
  })
}
