import { createContact } from '../../../src/contacts/create-contact.ts'
import { createDeal } from '../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../src/crm/create-spot.ts'
import { getDeal } from '../../../src/crm/get-deal.ts'
import type { Database, Tx } from '../../../src/platform/database/database.ts'
import type { WorkContext } from '../../../src/team/context.ts'
import { makeProject } from '../../project.ts'

/** A project with two spots that sell and repair, and a client. */
export interface Dealership {
  context: WorkContext
  /** The number of the client. */
  anna: number
  /** Stages by name; of those of both pipelines that are called the same, that of sales. */
  stageIds: Record<string, number>
  /** Does a use case in a transaction, some seconds after the beginning. */
  run<Input, Result>(
    verb: (tx: Tx, context: WorkContext, input: Input) => Promise<Result>,
    input: Input,
    seconds?: number,
  ): Promise<Result>
  /** Makes a deal of Anna's in the sales pipeline. */
  make(fields?: Partial<Parameters<typeof createDeal>[2]>): ReturnType<typeof createDeal>
  /** Spot, pipeline and stage of a deal. */
  placeOf(dealId: number): Promise<Awaited<ReturnType<typeof getDeal>>['place']>
}

export async function openDealership(db: Database): Promise<Dealership> {
  const context = await makeProject(db)
  const run: Dealership['run'] = (verb, input, seconds = 0) => {
    const now = new Date(context.now.getTime() + seconds * 1000)
    return db.transaction((tx) => verb(tx, { ...context, now }, input))
  }
  const { id: spotId } = await run(createSpot, { name: 'Moscow' })
  const sales = await run(createPipeline, { spotId, name: 'Sales', stages: [{ name: 'New' }, { name: 'Contract' }] })
  const { id: tver } = await run(createSpot, { name: 'Tver' })
  const service = await run(createPipeline, { spotId: tver, name: 'Service', stages: [{ name: 'Repair' }] })
  const { id: anna } = await run(createContact, { fields: { firstName: 'Anna' } })
  return {
    context,
    anna,
    stageIds: Object.fromEntries([...service.stages, ...sales.stages].map(({ name, id }) => [name, id])),
    run,
    make: (fields = {}) => run(createDeal, { contactId: anna, name: 'Car', spot: 'Moscow', ...fields }),
    placeOf: async (dealId) => (await getDeal(db, context.projectId, dealId)).place,
  }
}
