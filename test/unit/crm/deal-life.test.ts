import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../src/contacts/create-contact.ts'
import { createDeal } from '../../../src/crm/create-deal.ts'
import { createOrUpdateDeal } from '../../../src/crm/create-or-update-deal.ts'
import { createPipeline } from '../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../src/crm/create-spot.ts'
import type { DealStatus } from '../../../src/crm/crm.table.ts'
import { currentDeal, openStatuses } from '../../../src/crm/current-deal.ts'
import { countDealsAsked, dealIds, latestDealMoment, newestDeal } from '../../../src/crm/deal-lookups.store.ts'
import { findDeal, listDeals } from '../../../src/crm/deals.store.ts'
import { deleteDeal } from '../../../src/crm/delete-deal.ts'
import { deleteStage } from '../../../src/crm/delete-stage.ts'
import { getDeal } from '../../../src/crm/get-deal.ts'
import { moveDeal } from '../../../src/crm/move-deal.ts'
import { moveToNextStage } from '../../../src/crm/move-to-next-stage.ts'
import { readDealHistory } from '../../../src/crm/read-deal-history.ts'
import { setDealStatus } from '../../../src/crm/set-deal-status.ts'
import { updateDeal } from '../../../src/crm/update-deal.ts'
import type { Tx } from '../../../src/platform/database/database.ts'
import type { WorkContext } from '../../../src/team/context.ts'
import { createOperator } from '../../../src/team/create-operator.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { makeProject, recordedChanges } from '../../project.ts'

let fresh: FreshDatabase
let context: WorkContext
let anna: number
let stageIds: Record<string, number>
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  context = await makeProject(fresh.db)
  const { id: spotId } = await run(createSpot, { name: 'Moscow' })
  const sales = await run(createPipeline, { spotId, name: 'Sales', stages: [{ name: 'New' }, { name: 'Contract' }] })
  const { id: tver } = await run(createSpot, { name: 'Tver' })
  const service = await run(createPipeline, { spotId: tver, name: 'Service', stages: [{ name: 'Repair' }] })
  stageIds = Object.fromEntries([...service.stages, ...sales.stages].map(({ name, id }) => [name, id]))
  anna = (await run(createContact, { fields: { firstName: 'Anna' } })).id
})
afterAll(() => fresh.drop())

const run = <Input, Result>(
  verb: (tx: Tx, context: WorkContext, input: Input) => Promise<Result>,
  input: Input,
  seconds = 0,
) => {
  const now = new Date(context.now.getTime() + seconds * 1000)
  return fresh.db.transaction((tx) => verb(tx, { ...context, now }, input))
}
const make = (fields: Partial<Parameters<typeof createDeal>[2]> = {}) =>
  run(createDeal, { contactId: anna, name: 'Car', spot: 'Moscow', ...fields })
const placeOf = async (dealId: number) => (await getDeal(fresh.db, context.projectId, dealId)).place
const dealChanges = async () => (await recordedChanges(fresh.db)).filter((change) => change.kind.startsWith('deal.'))

describe('moveDeal by the number of a stage', () => {
  it('leads into any pipeline and spot of the project', async () => {
    const deal = await make()
    await run(moveDeal, { dealId: deal.id, stageId: stageIds.Repair! })
    expect(await placeOf(deal.id)).toMatchObject({
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
    const deal = await make()
    const other = await makeProject(fresh.db)
    const move = (work: WorkContext, stageId: number) =>
      fresh.db.transaction((tx) => moveDeal(tx, work, { dealId: deal.id, stageId }))
    await expect(move(context, 999)).rejects.toMatchObject({ code: 'invalid', faults: [{ path: 'stageId' }] })
    await expect(move(other, stageIds.Contract!)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('moveToNextStage', () => {
  it.each([
    ['Unprocessed', 'New'],
    ['New', 'Contract'],
    ['Contract', 'Won'],
  ])('leads from %s to %s', async (stage, next) => {
    const deal = await make({ stage })
    await run(moveToNextStage, { dealId: deal.id })
    expect((await placeOf(deal.id)).stage.name).toBe(next)
  })

  it.each(['Won', 'Lost', 'Archive'])('refuses to lead on from %s, and changes nothing', async (stage) => {
    const deal = await make({ stage })
    await expect(run(moveToNextStage, { dealId: deal.id })).rejects.toMatchObject({ code: 'conflict' })
    expect((await placeOf(deal.id)).stage.name).toBe(stage)
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
    const deal = await make({ stage: 'Contract' })
    expect((await run(setDealStatus, { dealId: deal.id, status })).status).toBe(status)
    expect((await placeOf(deal.id)).stage.name).toBe(stage)
    expect(await dealChanges()).toHaveLength(status === 'active' ? 1 : 3)
  })

  it('tells since when, and keeps it while the status stays', async () => {
    const deal = await make()
    expect(deal.statusSince).toEqual(context.now)
    const contract = await run(moveDeal, { dealId: deal.id, stage: 'Contract' }, 10)
    expect(contract.statusSince).toEqual(context.now)
    const won = await run(setDealStatus, { dealId: deal.id, status: 'success' }, 20)
    expect(won.statusSince).toEqual(new Date(context.now.getTime() + 20_000))
  })
})

describe('the responsible operator', () => {
  it('is recorded as an assignment of its own, once', async () => {
    const operator = { name: 'Ivan', email: null, role: 'manager' as const, onShift: true }
    const { id: ivan } = await run(createOperator, operator)
    const deal = await make()
    const assigned = await run(updateDeal, { dealId: deal.id, responsibleId: ivan })
    expect([assigned.responsibleId, assigned.version]).toEqual([ivan, 2])
    await run(updateDeal, { dealId: deal.id, responsibleId: ivan })
    await run(updateDeal, { dealId: deal.id, responsibleId: null, name: 'Van' })
    expect((await dealChanges()).slice(1)).toEqual([
      { kind: 'deal.assigned', data: { from: null, to: ivan } },
      { kind: 'deal.updated', data: { fields: { name: ['Car', 'Van'] } } },
      { kind: 'deal.assigned', data: { from: ivan, to: null } },
    ])
  })
})

describe('the history of a deal', () => {
  it('tells the time in each stage, and together where it came back', async () => {
    const deal = await make()
    await run(moveDeal, { dealId: deal.id, stage: 'Contract' }, 10)
    await run(moveDeal, { dealId: deal.id, stage: 'New' }, 40)
    const now = new Date(context.now.getTime() + 100_000)
    const { items, totals } = await readDealHistory(fresh.db, context.projectId, deal.id, now)
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
    const deal = await make()
    await run(moveDeal, { dealId: deal.id, stage: 'Contract' })
    await run(deleteStage, { stageId: stageIds.New! })
    const { items } = await readDealHistory(fresh.db, context.projectId, deal.id, context.now)
    expect(items.map(({ stage, toStageId }) => [stage, toStageId])).toEqual([
      [null, stageIds.New],
      ['Contract', stageIds.Contract],
    ])
  })
})

describe('deleteDeal', () => {
  it('takes the moves along, lets go of conversations, and keeps in the log how the deal stood', async () => {
    const [channel] = await fresh.db.query<{ id: number }>(
      `insert into channels (project_id, kind, name, settings, hook_id, enabled, created_at, updated_at)
       values ($1, 'webchat', 'site', '{}', 'h', true, now(), now()) returning id`,
      [context.projectId],
    )
    const deal = await make()
    await fresh.db.query(
      `insert into conversations (project_id, channel_id, kind, contact_id, mode, deal_id, created_at)
       values ($1, $2, 'direct', $3, 'bot', $4, now())`,
      [context.projectId, channel!.id, anna, deal.id],
    )
    await run(deleteDeal, { dealId: deal.id })
    expect(await findDeal(fresh.db, context.projectId, deal.id)).toBeUndefined()
    expect(await fresh.db.query('select id from deal_moves')).toEqual([])
    expect(await fresh.db.query('select deal_id from conversations')).toEqual([{ deal_id: null }])
    expect((await dealChanges())[1]).toMatchObject({
      kind: 'deal.deleted',
      data: { deal: { name: 'Car', stage: { name: 'New' } } },
    })
    await expect(run(deleteDeal, { dealId: deal.id })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('the current deal of a contact', () => {
  it.each<[string, string[], string | undefined]>([
    ['the only one', ['New'], 'New'],
    ['the newest of two', ['New', 'Contract'], 'Contract'],
    ['an unprocessed one, too', ['New', 'Unprocessed'], 'Unprocessed'],
    ['an older one when the newest are over', ['New', 'Won', 'Lost', 'Archive'], 'New'],
    ['none when all are over', ['Won', 'Lost', 'Archive'], undefined],
    ['none without any', [], undefined],
  ])('is %s', async (_what, stages, expected) => {
    for (const stage of stages) await make({ stage })
    expect((await currentDeal(fresh.db, context.projectId, anna))?.place.stage.name).toBe(expected)
  })

  it('is never that of another contact or project', async () => {
    await make()
    const { id: boris } = await run(createContact, { fields: { firstName: 'Boris' } })
    const { projectId: other } = await makeProject(fresh.db)
    expect(await currentDeal(fresh.db, context.projectId, boris)).toBeUndefined()
    expect(await currentDeal(fresh.db, other, anna)).toBeUndefined()
  })
})

describe('createOrUpdateDeal', () => {
  it('makes a deal when it has a name, though there is a current one', async () => {
    const before = await make()
    const deal = await run(createOrUpdateDeal, { contactId: anna, name: 'Van', budget: 5 })
    expect(deal.id).not.toBe(before.id)
    expect(deal).toMatchObject({ name: 'Van', budget: 5 })
    expect(await placeOf(deal.id)).toMatchObject({ spot: { name: 'Moscow' }, stage: { name: 'New' } })
  })

  it('changes the current deal when it has none, by what is given only', async () => {
    const before = await make({ budget: 1, description: 'old' })
    const deal = await run(createOrUpdateDeal, {
      contactId: anna,
      description: 'new',
      variables: { colour: 'red' },
      stageId: stageIds.Repair,
    })
    expect(deal).toMatchObject({
      id: before.id,
      name: 'Car',
      budget: 1,
      description: 'new',
      variables: { colour: 'red' },
      stageId: stageIds.Repair,
    })
  })

  it('makes one of a usual name when there is no current one', async () => {
    await make({ stage: 'Won' })
    const deal = await run(createOrUpdateDeal, { contactId: anna, stageId: stageIds.Contract })
    expect(deal).toMatchObject({ name: 'Deal', stageId: stageIds.Contract, number: 2 })
  })

  it('says what is missing in a project without a pipeline', async () => {
    const other = await makeProject(fresh.db)
    const made = fresh.db.transaction(async (tx) => {
      const { id } = await createContact(tx, other, { fields: { firstName: 'Anna' } })
      return createOrUpdateDeal(tx, other, { contactId: id })
    })
    await expect(made).rejects.toMatchObject({ code: 'invalid', faults: [{ path: 'pipeline' }] })
  })
})

describe('questions about deals', () => {
  it('are answered by number, newest first, and by status, stage and contact', async () => {
    const ids: number[] = []
    for (const stage of ['New', 'Won', 'Unprocessed', 'Won']) ids.push((await make({ stage })).id)
    const { projectId } = context
    const ask = (question: Parameters<typeof dealIds>[2]) => dealIds(fresh.db, projectId, question)
    expect(await ask({ contactId: anna, statuses: openStatuses })).toEqual([ids[2], ids[0]])
    expect(await ask({ contactId: anna, statuses: ['success'] })).toEqual([ids[3], ids[1]])
    expect(await ask({ contactId: anna + 1 })).toEqual([])
    const count = (question: Parameters<typeof countDealsAsked>[2]) => countDealsAsked(fresh.db, projectId, question)
    expect(await count({ contactId: anna })).toBe(4)
    expect(await count({ stageId: stageIds.New })).toBe(1)
    expect(await count({ contactId: anna, stageId: stageIds.Won, statuses: openStatuses })).toBe(0)
    expect((await newestDeal(fresh.db, projectId, { contactId: anna }))?.deal.id).toBe(ids[3])
  })

  it('tell when the latest was made', async () => {
    await make()
    await run(createDeal, { contactId: anna, name: 'x', spot: 'Moscow' }, 60)
    const moment = (contactId: number) => latestDealMoment(fresh.db, context.projectId, contactId)
    expect(await moment(anna)).toEqual(new Date(context.now.getTime() + 60_000))
    expect(await moment(anna + 1)).toBeUndefined()
  })

  it.each<[string, unknown, unknown, boolean]>([
    ['a text', 'red', 'red', true],
    ['another text', 'red', 'green', false],
    ['a part of a text', 'red', 're', false],
    ['a number by its text', 5, '5', true],
    ['the text of a number by the number', '5', 5, true],
    ['a fraction by its text', 1.5, '1.5', true],
    ['a text that only begins as a number', '5 doors', 5, false],
    ['a phone, whose text is no number', '+79161234567', '+79161234567', true],
    ['an article number with zeros', '007', '007', true],
    ['yes by its text', true, 'True', true],
    ['quotes and braces', `{"a": "b'"}`, `{"a": "b'"}`, true],
    ['nothing', '', '', true],
  ])('find by variable %s', async (_what, held, asked, expected) => {
    const deal = await make({ variables: { colour: held as string } })
    await make({ variables: { other: held as string } })
    const variable = { name: 'colour', value: asked }
    const found = await newestDeal(fresh.db, context.projectId, { variable })
    expect(found?.deal.id).toBe(expected ? deal.id : undefined)
    const { items } = await listDeals(fresh.db, context.projectId, { variable: 'colour', value: String(asked) })
    expect(items.map((item) => item.deal.id)).toEqual(expected ? [deal.id] : [])
  })
})
