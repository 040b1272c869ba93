import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DealStatus } from '../../../src/crm/crm.table.ts'
import { findDeal } from '../../../src/crm/deals.store.ts'
import { deleteDeal } from '../../../src/crm/delete-deal.ts'
import { deleteStage } from '../../../src/crm/delete-stage.ts'
import { moveDeal } from '../../../src/crm/move-deal.ts'
import { moveToNextStage } from '../../../src/crm/move-to-next-stage.ts'
import { readDealHistory } from '../../../src/crm/read-deal-history.ts'
import { setDealStatus } from '../../../src/crm/set-deal-status.ts'
import { updateDeal } from '../../../src/crm/update-deal.ts'
import type { WorkContext } from '../../../src/team/context.ts'
import { createOperator } from '../../../src/team/create-operator.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { makeProject, recordedChanges } from '../../project.ts'
import { type Dealership, openDealership } from './dealership.ts'

let fresh: FreshDatabase
let dealership: Dealership
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  dealership = await openDealership(fresh.db)
})
afterAll(() => fresh.drop())

const dealChanges = async () => (await recordedChanges(fresh.db)).filter((change) => change.kind.startsWith('deal.'))

describe('moveDeal by the number of a stage', () => {
  it('leads into any pipeline and spot of the project', async () => {
    const deal = await dealership.make()
    await dealership.run(moveDeal, { dealId: deal.id, stageId: dealership.stageIds.Repair! })
    expect(await dealership.placeOf(deal.id)).toMatchObject({
      spot: { name: 'Tver' },
      pipeline: { name: 'Service' },
      stage: { name: 'Repair' },
    })
    expect((await dealChanges())[1]).toMatchObject({
      kind: 'deal.stage_entered',
      data: { from: { spot: { name: 'Moscow' }, stage: { name: 'New' } }, to: { spot: { name: 'Tver' } } },
    })
  })

  it('refuses a stage that the project does not have', async () => {
    const deal = await dealership.make()
    const other = await makeProject(fresh.db)
    const move = (work: WorkContext, stageId: number) =>
      fresh.db.transaction((tx) => moveDeal(tx, work, { dealId: deal.id, stageId }))
    await expect(move(dealership.context, 999)).rejects.toMatchObject({
      code: 'invalid',
      faults: [{ path: 'stageId' }],
    })
    await expect(move(other, dealership.stageIds.Contract!)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('moveToNextStage', () => {
  it.each([
    ['Unprocessed', 'New'],
    ['New', 'Contract'],
    ['Contract', 'Won'],
  ])('leads from %s to %s', async (stage, next) => {
    const deal = await dealership.make({ stage })
    await dealership.run(moveToNextStage, { dealId: deal.id })
    expect((await dealership.placeOf(deal.id)).stage.name).toBe(next)
  })

  it.each(['Won', 'Lost', 'Archive'])('refuses to lead on from %s, and changes nothing', async (stage) => {
    const deal = await dealership.make({ stage })
    await expect(dealership.run(moveToNextStage, { dealId: deal.id })).rejects.toMatchObject({ code: 'conflict' })
    expect((await dealership.placeOf(deal.id)).stage.name).toBe(stage)
  })
})

describe('setDealStatus', () => {
  it.each<[DealStatus, string]>([
    ['success', 'Won'],
    ['fail', 'Lost'],
    ['archived', 'Archive'],
    ['unprocessed', 'Unprocessed'],
    ['active', 'Contract'],
  ])('%s leads from Contract to %s', async (status, stage) => {
    const deal = await dealership.make({ stage: 'Contract' })
    expect((await dealership.run(setDealStatus, { dealId: deal.id, status })).status).toBe(status)
    expect((await dealership.placeOf(deal.id)).stage.name).toBe(stage)
    expect(await dealChanges()).toHaveLength(status === 'active' ? 1 : 3)
  })

  it('tells since when, and keeps it while the status stays', async () => {
    const deal = await dealership.make()
    expect(deal.statusSince).toEqual(dealership.context.now)
    const contract = await dealership.run(moveDeal, { dealId: deal.id, stage: 'Contract' }, 10)
    expect(contract.statusSince).toEqual(dealership.context.now)
    const won = await dealership.run(setDealStatus, { dealId: deal.id, status: 'success' }, 20)
    expect(won.statusSince).toEqual(new Date(dealership.context.now.getTime() + 20_000))
  })
})

describe('the responsible operator', () => {
  it('is recorded as an assignment of its own, once', async () => {
    const operator = { name: 'Ivan', email: null, role: 'manager' as const, onShift: true }
    const { id: ivan } = await dealership.run(createOperator, operator)
    const deal = await dealership.make()
    const assigned = await dealership.run(updateDeal, { dealId: deal.id, responsibleId: ivan })
    expect([assigned.responsibleId, assigned.version]).toEqual([ivan, 2])
    await dealership.run(updateDeal, { dealId: deal.id, responsibleId: ivan })
    await dealership.run(updateDeal, { dealId: deal.id, responsibleId: null, name: 'Van' })
    expect((await dealChanges()).slice(1)).toEqual([
      { kind: 'deal.assigned', data: { from: null, to: ivan } },
      { kind: 'deal.updated', data: { fields: { name: ['Car', 'Van'] } } },
      { kind: 'deal.assigned', data: { from: ivan, to: null } },
    ])
  })
})

describe('the history of a deal', () => {
  it('tells the time in each stage, and together where it came back', async () => {
    const deal = await dealership.make()
    await dealership.run(moveDeal, { dealId: deal.id, stage: 'Contract' }, 10)
    await dealership.run(moveDeal, { dealId: deal.id, stage: 'New' }, 40)
    const now = new Date(dealership.context.now.getTime() + 100_000)
    const { items, totals } = await readDealHistory(fresh.db, dealership.context.projectId, deal.id, now)
    expect(items.map(({ stage, seconds, leftAt }) => [stage, seconds, leftAt === null])).toEqual([
      ['New', 10, false],
      ['Contract', 30, false],
      ['New', 60, true],
    ])
    expect(totals.map(({ stage, seconds }) => [stage, seconds])).toEqual([
      ['New', 70],
      ['Contract', 30],
    ])
  })

  it('keeps a stage that was removed since, without its name', async () => {
    const deal = await dealership.make()
    await dealership.run(moveDeal, { dealId: deal.id, stage: 'Contract' })
    await dealership.run(deleteStage, { stageId: dealership.stageIds.New! })
    const { items } = await readDealHistory(fresh.db, dealership.context.projectId, deal.id, dealership.context.now)
    expect(items.map(({ stage, toStageId }) => [stage, toStageId])).toEqual([
      [null, dealership.stageIds.New],
      ['Contract', dealership.stageIds.Contract],
    ])
  })
})

describe('deleteDeal', () => {
  it('takes the moves along, lets go of conversations, and keeps in the log how the deal stood', async () => {
    const [channel] = await fresh.db.query<{ id: number }>(
      `insert into channels (project_id, kind, name, settings, hook_id, enabled, created_at, updated_at)
       values ($1, 'webchat', 'site', '{}', 'h', true, now(), now()) returning id`,
      [dealership.context.projectId],
    )
    const deal = await dealership.make()
    await fresh.db.query(
      `insert into conversations (project_id, channel_id, kind, contact_id, mode, deal_id, created_at)
       values ($1, $2, 'direct', $3, 'bot', $4, now())`,
      [dealership.context.projectId, channel!.id, dealership.anna, deal.id],
    )
    await dealership.run(deleteDeal, { dealId: deal.id })
    expect(await findDeal(fresh.db, dealership.context.projectId, deal.id)).toBeUndefined()
    expect(await fresh.db.query('select id from deal_moves')).toEqual([])
    expect(await fresh.db.query('select deal_id from conversations')).toEqual([{ deal_id: null }])
    expect((await dealChanges())[1]).toMatchObject({
      kind: 'deal.deleted',
      data: { deal: { name: 'Car', stage: { name: 'New' } } },
    })
    await expect(dealership.run(deleteDeal, { dealId: deal.id })).rejects.toMatchObject({ code: 'not_found' })
  })
})
