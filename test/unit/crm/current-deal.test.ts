import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../src/contacts/create-contact.ts'
import { createDeal } from '../../../src/crm/create-deal.ts'
import { createOrUpdateDeal } from '../../../src/crm/create-or-update-deal.ts'
import { currentDeal, openStatuses } from '../../../src/crm/current-deal.ts'
import { countDealsAsked, dealIds, latestDealMoment, newestDeal } from '../../../src/crm/deal-lookups.store.ts'
import { listDeals } from '../../../src/crm/deals.store.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { makeProject } from '../../project.ts'
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

describe('the current deal of a contact', () => {
  it.each<[string, string[], string | undefined]>([
    ['the only one', ['New'], 'New'],
    ['the newest of two', ['New', 'Contract'], 'Contract'],
    ['an unprocessed one, too', ['New', 'Unprocessed'], 'Unprocessed'],
    ['an older one when the newest are over', ['New', 'Won', 'Lost', 'Archive'], 'New'],
    ['none when all are over', ['Won', 'Lost', 'Archive'], undefined],
    ['none without any', [], undefined],
  ])('is %s', async (_what, stages, expected) => {
    for (const stage of stages) await dealership.make({ stage })
    expect((await currentDeal(fresh.db, dealership.context.projectId, dealership.anna))?.place.stage.name).toBe(
      expected,
    )
  })

  it('is never that of another contact or project', async () => {
    await dealership.make()
    const { id: boris } = await dealership.run(createContact, { fields: { firstName: 'Boris' } })
    const { projectId: other } = await makeProject(fresh.db)
    expect(await currentDeal(fresh.db, dealership.context.projectId, boris)).toBeUndefined()
    expect(await currentDeal(fresh.db, other, dealership.anna)).toBeUndefined()
  })
})

describe('createOrUpdateDeal', () => {
  it('makes a deal when it has a name, though there is a current one', async () => {
    const before = await dealership.make()
    const deal = await dealership.run(createOrUpdateDeal, { contactId: dealership.anna, name: 'Van', budget: 5 })
    expect(deal.id).not.toBe(before.id)
    expect(deal).toMatchObject({ name: 'Van', budget: 5 })
    expect(await dealership.placeOf(deal.id)).toMatchObject({ spot: { name: 'Moscow' }, stage: { name: 'New' } })
  })

  it('changes the current deal when it has none, by what is given only', async () => {
    const before = await dealership.make({ budget: 1, description: 'old' })
    const deal = await dealership.run(createOrUpdateDeal, {
      contactId: dealership.anna,
      description: 'new',
      variables: { colour: 'red' },
      stageId: dealership.stageIds.Repair,
    })
    expect(deal).toMatchObject({
      id: before.id,
      name: 'Car',
      budget: 1,
      description: 'new',
      variables: { colour: 'red' },
      stageId: dealership.stageIds.Repair,
    })
  })

  it('makes one of a usual name when there is no current one', async () => {
    await dealership.make({ stage: 'Won' })
    const deal = await dealership.run(createOrUpdateDeal, {
      contactId: dealership.anna,
      stageId: dealership.stageIds.Contract,
    })
    expect(deal).toMatchObject({ name: 'Deal', stageId: dealership.stageIds.Contract, number: 2 })
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
    for (const stage of ['New', 'Won', 'Unprocessed', 'Won']) ids.push((await dealership.make({ stage })).id)
    const { projectId } = dealership.context
    const ask = (question: Parameters<typeof dealIds>[2]) => dealIds(fresh.db, projectId, question)
    expect(await ask({ contactId: dealership.anna, statuses: openStatuses })).toEqual([ids[2], ids[0]])
    expect(await ask({ contactId: dealership.anna, statuses: ['success'] })).toEqual([ids[3], ids[1]])
    expect(await ask({ contactId: dealership.anna + 1 })).toEqual([])
    const count = (question: Parameters<typeof countDealsAsked>[2]) => countDealsAsked(fresh.db, projectId, question)
    expect(await count({ contactId: dealership.anna })).toBe(4)
    expect(await count({ stageId: dealership.stageIds.New })).toBe(1)
    expect(await count({ contactId: dealership.anna, stageId: dealership.stageIds.Won, statuses: openStatuses })).toBe(
      0,
    )
    expect((await newestDeal(fresh.db, projectId, { contactId: dealership.anna }))?.deal.id).toBe(ids[3])
  })

  it('tell when the latest was made', async () => {
    await dealership.make()
    await dealership.run(createDeal, { contactId: dealership.anna, name: 'x', spot: 'Moscow' }, 60)
    const moment = (contactId: number) => latestDealMoment(fresh.db, dealership.context.projectId, contactId)
    expect(await moment(dealership.anna)).toEqual(new Date(dealership.context.now.getTime() + 60_000))
    expect(await moment(dealership.anna + 1)).toBeUndefined()
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
    const deal = await dealership.make({ variables: { colour: held as string } })
    await dealership.make({ variables: { other: held as string } })
    const variable = { name: 'colour', value: asked }
    const found = await newestDeal(fresh.db, dealership.context.projectId, { variable })
    expect(found?.deal.id).toBe(expected ? deal.id : undefined)
    const { items } = await listDeals(fresh.db, dealership.context.projectId, {
      variable: 'colour',
      value: String(asked),
    })
    expect(items.map((item) => item.deal.id)).toEqual(expected ? [deal.id] : [])
  })
})
