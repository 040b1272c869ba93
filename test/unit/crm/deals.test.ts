import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../src/contacts/create-contact.ts'
import { channels } from '../../../src/conversations/conversations.table.ts'
import { createDeal } from '../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../src/crm/create-spot.ts'
import { dealScope, dealView } from '../../../src/crm/deal.ts'
import { listDeals, readMoves } from '../../../src/crm/deals.store.ts'
import { getDeal } from '../../../src/crm/get-deal.ts'
import { moveDeal } from '../../../src/crm/move-deal.ts'
import { readBoard } from '../../../src/crm/read-board.ts'
import { updateDeal } from '../../../src/crm/update-deal.ts'
import type { Tx } from '../../../src/platform/database/database.ts'
import type { AppError } from '../../../src/platform/errors.ts'
import type { WorkContext } from '../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { makeProject, recordedChanges } from '../../project.ts'

let fresh: FreshDatabase
let context: WorkContext
let contactId: number
let pipelineId: number
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  context = await makeProject(fresh.db)
  const { id: spotId } = await run(createSpot, { name: 'Moscow' })
  pipelineId = (await run(createPipeline, { spotId, name: 'Sales', stages: [{ name: 'New' }, { name: 'Contract' }] }))
    .id
  contactId = (await run(createContact, { fields: { firstName: 'Anna' } })).id
})
afterAll(() => fresh.drop())

const run = <Input, Result>(verb: (tx: Tx, context: WorkContext, input: Input) => Promise<Result>, input: Input) =>
  fresh.db.transaction((tx) => verb(tx, context, input))
const dealChanges = async () => (await recordedChanges(fresh.db)).filter((change) => change.kind.startsWith('deal.'))

describe('createDeal', () => {
  it('stands in the first open stage of the only spot unless told otherwise', async () => {
    const deal = await run(createDeal, {
      contactId,
      name: 'Lada Vesta',
      budget: 1_500_000.5,
      currency: 'rub',
      variables: { colour: 'red' },
    })
    const { place } = await getDeal(fresh.db, context.projectId, deal.id)
    expect(dealView(deal, place)).toMatchObject({
      number: 1,
      budget: 1_500_000.5,
      currency: 'RUB',
      spot: { name: 'Moscow' },
      pipeline: { name: 'Sales' },
      stage: { name: 'New', type: 'open' },
      status: 'active',
      version: 1,
    })
    expect(dealScope(deal, place)).toMatchObject({ name: 'Lada Vesta', colour: 'red', stage: 'New' })
    expect(await dealChanges()).toEqual([
      {
        kind: 'deal.created',
        data: {
          spot: place.spot,
          pipeline: place.pipeline,
          stage: place.stage,
          status: 'active',
          responsibleId: null,
        },
      },
    ])
    expect(await readMoves(fresh.db, deal.id)).toMatchObject([{ fromStageId: null, toStageId: place.stage.id }])
  })

  it('takes its status from the stage', async () => {
    const statuses = []
    for (const stage of ['Unprocessed', 'Contract', 'Won', 'Lost', 'Archive']) {
      statuses.push((await run(createDeal, { contactId, name: 'x', stage })).status)
    }
    expect(statuses).toEqual(['unprocessed', 'active', 'success', 'fail', 'archived'])
  })

  it('names what does not exist and what there is', async () => {
    const refusal = (input: object) =>
      run(createDeal, { contactId, name: 'x', ...input }).catch((error: AppError) => error)
    expect(await refusal({ spot: 'Paris' })).toMatchObject({
      message: expect.stringContaining('"Paris" does not exist: expected one of "Moscow"'),
    })
    expect(await refusal({ pipeline: 'Rent' })).toMatchObject({
      faults: [{ path: 'pipeline', message: expect.stringContaining('"Sales"') }],
    })
    expect(await refusal({ stage: 'Test' })).toMatchObject({
      faults: [{ path: 'stage', message: expect.stringContaining('"New", "Contract"') }],
    })
    expect(await refusal({ sendingChannel: 'tg' })).toMatchObject({ faults: [{ path: 'sendingChannel' }] })
    expect(await refusal({ responsibleId: 99 })).toMatchObject({ faults: [{ path: 'responsibleId' }] })
    expect(await refusal({ currency: 'rubles' })).toMatchObject({ faults: [{ path: 'currency' }] })
    expect(await refusal({ contactId: 99 })).toMatchObject({ code: 'not_found' })
    await run(createSpot, { name: 'Tver' })
    expect(await refusal({})).toMatchObject({
      faults: [{ path: 'spot', message: expect.stringContaining('is missing: expected one of "Moscow", "Tver"') }],
    })
    expect(await refusal({ spot: 'Tver' })).toMatchObject({
      faults: [{ path: 'pipeline', message: 'is missing: there is none' }],
    })
  })

  it('remembers the channel that opens the dialogue', async () => {
    const { projectId, now } = context
    const [channel] = await fresh.db.orm
      .insert(channels)
      .values({
        projectId,
        kind: 'webchat',
        name: 'site',
        settings: {},
        hookId: 'h',
        enabled: true,
        createdAt: now,
        updatedAt: now,
      })
      .returning()
    const deal = await run(createDeal, { contactId, name: 'x', sendingChannel: 'site' })
    expect(deal.sendingChannelId).toBe(channel!.id)
  })

  it('numbers deals without gap or double, also those made at the same time', async () => {
    const made = await Promise.all(Array.from({ length: 12 }, () => run(createDeal, { contactId, name: 'x' })))
    expect(made.map((deal) => deal.number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    )
  })
})

describe('moveDeal', () => {
  it('records where it came from and went, and the change of status', async () => {
    const deal = await run(createDeal, { contactId, name: 'x' })
    const contract = await run(moveDeal, { dealId: deal.id, stage: 'Contract' })
    const won = await run(moveDeal, { dealId: deal.id, stage: 'Won' })
    expect([contract.status, won.status, won.version]).toEqual(['active', 'success', 3])
    const [, first, second, third] = await dealChanges()
    expect(first).toMatchObject({
      kind: 'deal.stage_entered',
      data: {
        from: { stage: { name: 'New' } },
        to: { stage: { name: 'Contract' } },
        stage: 'Contract',
        pipeline: 'Sales',
      },
    })
    expect(second).toMatchObject({ kind: 'deal.stage_entered', data: { stage: 'Won' } })
    expect(third).toEqual({ kind: 'deal.status_changed', data: { from: 'active', to: 'success' } })
    expect((await readMoves(fresh.db, deal.id)).map((move) => move.toStageId)).toEqual([
      deal.stageId,
      contract.stageId,
      won.stageId,
    ])
  })

  it('changes nothing when the deal stands there already', async () => {
    const deal = await run(createDeal, { contactId, name: 'x' })
    expect(await run(moveDeal, { dealId: deal.id, stage: 'New' })).toEqual(deal)
    expect(await dealChanges()).toHaveLength(1)
  })

  it('can lead into another pipeline of the same spot only', async () => {
    const deal = await run(createDeal, { contactId, name: 'x' })
    const { place } = await getDeal(fresh.db, context.projectId, deal.id)
    await run(createPipeline, { spotId: place.spot.id, name: 'Service', stages: [{ name: 'Repair' }] })
    await run(moveDeal, { dealId: deal.id, pipeline: 'Service', stage: 'Repair' })
    const moved = await getDeal(fresh.db, context.projectId, deal.id)
    expect(moved.place).toMatchObject({ pipeline: { name: 'Service' }, stage: { name: 'Repair' } })
    await expect(run(moveDeal, { dealId: deal.id, stage: 'Contract' })).rejects.toThrow('"Contract" does not exist')
  })
})

describe('updateDeal', () => {
  it('merges variables, records only what changed, and makes the version grow', async () => {
    const deal = await run(createDeal, { contactId, name: 'x', budget: 10, variables: { a: 1, b: { c: 2 } } })
    const updated = await run(updateDeal, {
      dealId: deal.id,
      name: 'x',
      budget: 20,
      variables: { b: { c: 2 }, a: null, d: ['e'] },
      manual: true,
    })
    expect(updated).toMatchObject({ budget: 20, variables: { b: { c: 2 }, d: ['e'] }, manual: true, version: 2 })
    expect((await dealChanges())[1]).toEqual({
      kind: 'deal.updated',
      data: {
        fields: { budget: [10, 20], manual: [false, true], 'variables.a': [1, null], 'variables.d': [null, ['e']] },
      },
    })
    expect((await run(updateDeal, { dealId: deal.id, budget: 20 })).version).toBe(2)
  })

  it('keeps every variable of two changes at the same time', async () => {
    const deal = await run(createDeal, { contactId, name: 'x' })
    await Promise.all(['a', 'b', 'c'].map((name) => run(updateDeal, { dealId: deal.id, variables: { [name]: 1 } })))
    expect((await getDeal(fresh.db, context.projectId, deal.id)).deal).toMatchObject({
      variables: { a: 1, b: 1, c: 1 },
      version: 4,
    })
  })

  it('of another project is not found', async () => {
    const deal = await run(createDeal, { contactId, name: 'x' })
    const other = await makeProject(fresh.db)
    await expect(fresh.db.transaction((tx) => updateDeal(tx, other, { dealId: deal.id, name: 'y' }))).rejects.toThrow(
      'There is no deal',
    )
  })
})

describe('the conversation of a deal', () => {
  it('is one of its own project', async () => {
    const conversationIn = async (projectId: number) => {
      const [row] = await fresh.db.query<{ id: number }>(
        `with c as (insert into conversations (project_id, channel_id, kind, mode, created_at)
           values ($1, (select id from channels where project_id = $1), 'direct', 'auto', now()) returning id)
         insert into threads (project_id, channel_id, external_id, conversation_id)
         select $1, (select id from channels where project_id = $1), 'x', id from c returning conversation_id as id`,
        [projectId],
      )
      return row!.id
    }
    const other = await makeProject(fresh.db)
    for (const { projectId, now } of [context, other]) {
      const row = { projectId, kind: 'webchat', name: 'site', settings: {}, enabled: true }
      await fresh.db.orm.insert(channels).values({ ...row, hookId: `h${projectId}`, createdAt: now, updatedAt: now })
    }
    const [own, foreign] = [await conversationIn(context.projectId), await conversationIn(other.projectId)]
    const refusal = {
      code: 'invalid',
      faults: [{ path: 'conversationId', message: `there is no conversation ${foreign} in this project` }],
    }
    await expect(run(createDeal, { contactId, name: 'x', conversationId: foreign })).rejects.toMatchObject(refusal)
    const deal = await run(createDeal, { contactId, name: 'x', conversationId: own })
    await expect(run(updateDeal, { dealId: deal.id, conversationId: foreign })).rejects.toMatchObject(refusal)
    expect(await run(updateDeal, { dealId: deal.id, conversationId: null })).toMatchObject({ conversationId: null })
    expect(await run(updateDeal, { dealId: deal.id, conversationId: own })).toMatchObject({ conversationId: own })
  })
})

describe('lists', () => {
  it('find deals by number, name, stage, status and contact, page by page', async () => {
    await run(createDeal, { contactId, name: 'Lada Vesta' })
    await run(createDeal, { contactId, name: 'Lada Niva', stage: 'Won' })
    const list = async (filter: Parameters<typeof listDeals>[2]) =>
      (await listDeals(fresh.db, context.projectId, filter)).items.map(({ deal }) => deal.name)
    expect(await list({ search: 'lada' })).toEqual(['Lada Niva', 'Lada Vesta'])
    expect(await list({ search: '#1' })).toEqual(['Lada Vesta'])
    expect(await list({ status: 'success' })).toEqual(['Lada Niva'])
    expect(await list({ contactId: contactId + 1 })).toEqual([])
    const page = await listDeals(fresh.db, context.projectId, { limit: 1 })
    expect(await list({ limit: 1, cursor: page.nextCursor! })).toEqual(['Lada Vesta'])
  })

  it('show a board with counts and sums by currency', async () => {
    await run(createDeal, { contactId, name: 'a', budget: 0.1, currency: 'EUR' })
    await run(createDeal, { contactId, name: 'b', budget: 0.2, currency: 'EUR' })
    await run(createDeal, { contactId, name: 'c' })
    const board = await readBoard(fresh.db, context.projectId, pipelineId)
    expect(board.stages.map(({ name, deals, sums }) => ({ name, deals, sums })).slice(0, 3)).toEqual([
      { name: 'Unprocessed', deals: 0, sums: [] },
      {
        name: 'New',
        deals: 3,
        sums: [
          { currency: 'EUR', budget: 0.3 },
          { currency: null, budget: 0 },
        ],
      },
      { name: 'Contract', deals: 0, sums: [] },
    ])
  })
})
