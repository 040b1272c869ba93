import type { DealStatus, deals, StageType } from './crm.table.ts'

/** An order in a pipeline. */
export type Deal = typeof deals.$inferSelect

/** Where a deal stands, by number and name. */
export interface DealPlace {
  spot: { id: number; name: string }
  pipeline: { id: number; name: string }
  stage: { id: number; name: string; type: StageType }
}

/** What standing in a stage of this type means for a deal. */
export const statusOfStage: Record<StageType, DealStatus> = {
  unprocessed: 'unprocessed',
  open: 'active',
  won: 'success',
  lost: 'fail',
  archive: 'archived',
}

/** A deal as the API and webhooks show it. */
export interface DealView extends DealPlace {
  id: number
  /** Counts up within the project; what people call the deal by. */
  number: number
  name: string
  budget: number | null
  currency: string | null
  description: string | null
  variables: Record<string, unknown>
  contactId: number
  conversationId: number | null
  responsibleId: number | null
  status: DealStatus
  manual: boolean
  /** Grows with each change: of two states of a deal the greater is the newer. */
  version: number
  createdAt: string
  updatedAt: string
}

/** The deal as shown outside. */
export function dealView(deal: Deal, { spot, pipeline, stage }: DealPlace): DealView {
  return {
    id: deal.id,
    number: deal.number,
    name: deal.name,
    budget: deal.budget,
    currency: deal.currency,
    description: deal.description,
    variables: deal.variables,
    contactId: deal.contactId,
    conversationId: deal.conversationId,
    spot,
    pipeline,
    stage,
    responsibleId: deal.responsibleId,
    status: deal.status,
    manual: deal.manual,
    version: deal.version,
    createdAt: deal.createdAt.toISOString(),
    updatedAt: deal.updatedAt.toISOString(),
  }
}

/** What placeholders are made of: of the deal itself, or of its view. */
type ShownDeal = Pick<Deal, 'variables' | 'id' | 'number' | 'name' | 'budget' | 'currency' | 'description' | 'status'>

/** What placeholders see: the fields, with the variables beside them; a field wins over a variable of its name. */
export function dealScope(deal: ShownDeal, place: DealPlace): Record<string, unknown> {
  return {
    ...deal.variables,
    id: deal.id,
    number: deal.number,
    name: deal.name,
    budget: deal.budget,
    currency: deal.currency,
    description: deal.description,
    status: deal.status,
    spot: place.spot.name,
    pipeline: place.pipeline.name,
    stage: place.stage.name,
  }
}
