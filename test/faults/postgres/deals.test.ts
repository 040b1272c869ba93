import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../src/contacts/create-contact.ts'
import { createDeal } from '../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../src/crm/create-spot.ts'
import { readMoves } from '../../../src/crm/deals.store.ts'
import { deleteDeal } from '../../../src/crm/delete-deal.ts'
import { deletePipeline } from '../../../src/crm/delete-pipeline.ts'
import { deleteStage } from '../../../src/crm/delete-stage.ts'
import { getDeal } from '../../../src/crm/get-deal.ts'
import { moveDeal } from '../../../src/crm/move-deal.ts'
import type { Tx } from '../../../src/platform/database/database.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type { WorkContext } from '../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { makeProject } from '../../project.ts'

let fresh: FreshDatabase
let work: WorkContext
let contactId: number
let spotId: number
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  work = await makeProject(fresh.db)
  spotId = (await run(createSpot, { name: 'Moscow' })).id
  contactId = (await run(createContact, { fields: { firstName: 'Anna' } })).id
})
afterAll(() => fresh.drop())

const run = <Input, Result>(verb: (tx: Tx, work: WorkContext, input: Input) => Promise<Result>, input: Input) =>
  fresh.db.transaction((tx) => verb(tx, work, input))
const pipeline = (name: string) =>
  run(createPipeline, { spotId, name, stages: [{ name: 'New' }, { name: 'Offer' }, { name: 'Contract' }] })
/** Resolves with a refusal that was meant; anything else that is thrown fails the test. */
const refusalOf = (work: Promise<unknown>): Promise<AppError | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof AppError) return error
      throw error
    },
  )

describe('two transactions about one deal', () => {
  it('that move it come one after the other, and the history is one chain', async () => {
    const { stages } = await pipeline('Sales')
    const { id: dealId } = await run(createDeal, { contactId, name: 'x' })
    const names = ['Offer', 'Contract', 'Won', 'Lost', 'New']
    await Promise.all([...names, ...names].map((stage) => run(moveDeal, { dealId, stage })))
    const moves = await readMoves(fresh.db, dealId)
    expect(moves.slice(1).map((move) => move.fromStageId)).toEqual(moves.slice(0, -1).map((move) => move.toStageId))
    const { deal } = await getDeal(fresh.db, work.projectId, dealId)
    expect(deal.stageId).toBe(moves.at(-1)!.toStageId)
    expect(deal.version).toBe(moves.length)
    expect(stages.map((stage) => stage.id)).toContain(deal.stageId)
  })

  it('that move and delete it leave no trace of it, and say that it is gone', async () => {
    await pipeline('Sales')
    const { id: dealId } = await run(createDeal, { contactId, name: 'x' })
    const moved = await Promise.all([
      refusalOf(run(moveDeal, { dealId, stage: 'Offer' })),
      refusalOf(run(deleteDeal, { dealId })),
      refusalOf(run(moveDeal, { dealId, stage: 'Contract' })),
    ])
    expect(moved.filter((refusal) => refusal && refusal.code !== 'not_found')).toEqual([])
    expect(await readMoves(fresh.db, dealId)).toEqual([])
  })
})

describe('a stage that is removed while deals enter it', () => {
  it('stays when a deal came first, and refuses the deal that comes later', async () => {
    for (let round = 0; round < 15; round++) {
      const { stages } = await pipeline(`Sales ${round}`)
      const offer = stages.find((stage) => stage.name === 'Offer')!
      const deals = []
      for (let index = 0; index < 3; index++) {
        deals.push(await run(createDeal, { contactId, name: 'x', pipeline: `Sales ${round}` }))
      }
      const [removed, ...entered] = await Promise.all([
        refusalOf(run(deleteStage, { stageId: offer.id })),
        ...deals.map(({ id: dealId }) => refusalOf(run(moveDeal, { dealId, stageId: offer.id }))),
        refusalOf(run(createDeal, { contactId, name: 'x', pipeline: `Sales ${round}`, stage: 'Offer' })),
      ])
      // Either the stage is gone and nobody entered it, or it stays and everybody did.
      expect(removed?.code ?? 'removed').toMatch(/^(conflict|removed)$/)
      expect(
        entered
          .map((refusal) => refusal?.code ?? 'entered')
          .every(isOf(removed ? ['entered'] : ['conflict', 'invalid'])),
      ).toBe(true)
      const rows = await fresh.db.query('select id from deals where stage_id = $1', [offer.id])
      expect(rows).toHaveLength(removed ? 4 : 0)
    }
  })

  it('with its whole pipeline is no different', async () => {
    for (let round = 0; round < 10; round++) {
      const made = await pipeline(`Sales ${round}`)
      const [removed, entered] = await Promise.all([
        refusalOf(run(deletePipeline, { pipelineId: made.id })),
        refusalOf(run(createDeal, { contactId, name: 'x', spot: 'Moscow', pipeline: `Sales ${round}` })),
      ])
      expect([removed, entered].filter((refusal) => refusal === undefined)).toHaveLength(1)
    }
  })
})

const isOf = (allowed: string[]) => (code: string) => allowed.includes(code)
