import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { createDeal } from './create-deal.ts'
import { currentDeal } from './current-deal.ts'
import type { Deal } from './deal.ts'
import { findFirstPlace, findPlaceOfStage } from './find-place.ts'
import { moveDeal } from './move-deal.ts'
import { updateDeal } from './update-deal.ts'

export interface DealOrder {
  contactId: number
  /** With a name a deal is made; without one the contact's current deal is changed, if there is one. */
  name?: string
  budget?: number | null
  currency?: string | null
  description?: string | null
  variables?: Parameters<typeof createDeal>[2]['variables']
  conversationId?: number | null
  /** The stage that the deal begins in, or moves to, of any pipeline of the project. */
  stageId?: number
  /** The deal that is changed where no name is given, instead of the contact's current one. */
  dealId?: number
}

/**
 * What a script means by "create an order": with a name it makes a deal; without one it changes the contact's current deal
 * by what is given, or makes one of the name `Deal` when the contact has none. Without a stage a new deal begins in the
 * first open stage of the project's oldest pipeline. Throws `invalid`, `not_found`.
 */
export async function createOrUpdateDeal(tx: Tx, context: WorkContext, order: DealOrder): Promise<Deal> {
  const { contactId, name, conversationId, stageId, dealId, ...fields } = order
  const { projectId } = context
  const current = name === undefined ? (dealId ?? (await currentDeal(tx, projectId, contactId))?.deal.id) : undefined
  if (current !== undefined) {
    const updated = await updateDeal(tx, context, { ...fields, dealId: current })
    return stageId === undefined ? updated : moveDeal(tx, context, { dealId: updated.id, stageId })
  }
  const place =
    stageId === undefined ? await findFirstPlace(tx, projectId) : await findPlaceOfStage(tx, projectId, stageId)
  return createDeal(tx, context, {
    ...fields,
    contactId,
    conversationId,
    name: name ?? 'Deal',
    spot: place.spot.name,
    pipeline: place.pipeline.name,
    stage: place.stage.name,
  })
}
