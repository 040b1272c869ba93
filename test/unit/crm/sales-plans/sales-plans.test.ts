import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { moveDeal } from '../../../../src/crm/move-deal.ts'
import { addToSalesPlan } from '../../../../src/crm/sales-plans/add-to-sales-plan.ts'
import { createSalesPlan } from '../../../../src/crm/sales-plans/create-sales-plan.ts'
import { deleteSalesPlan } from '../../../../src/crm/sales-plans/delete-sales-plan.ts'
import { getSalesPlan } from '../../../../src/crm/sales-plans/get-sales-plan.ts'
import { readProgress } from '../../../../src/crm/sales-plans/read-progress.ts'
import { removeFromSalesPlan } from '../../../../src/crm/sales-plans/remove-from-sales-plan.ts'
import { listEntries, listPlans } from '../../../../src/crm/sales-plans/sales-plans.store.ts'
import { updateSalesPlan } from '../../../../src/crm/sales-plans/update-sales-plan.ts'
import type { Tx } from '../../../../src/platform/database/database.ts'
import type { AppError } from '../../../../src/platform/errors.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject, recordedChanges } from '../../../project.ts'

let fresh: FreshDatabase
let context: WorkContext
let anna: number
let boris: number
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  context = await makeProject(fresh.db)
  anna = (await run(createContact, { fields: { firstName: 'Anna' } })).id
  boris = (await run(createContact, { fields: { firstName: 'Boris' } })).id
  const { id: spotId } = await run(createSpot, { name: 'Moscow' })
  const stages = [{ name: 'New' }, { name: 'Won', type: 'won' as const }, { name: 'Delivered', type: 'won' as const }]
  await run(createPipeline, { spotId, name: 'Sales', stages })
})
afterAll(() => fresh.drop())

const run = <Input, Result>(
  verb: (tx: Tx, context: WorkContext, input: Input) => Promise<Result>,
  input: Input,
  now = context.now,
) => fresh.db.transaction((tx) => verb(tx, { ...context, now }, input))
const planChanges = async () =>
  (await recordedChanges(fresh.db)).filter((change) => change.kind.startsWith('sales_plan.'))
const progressOf = async (planId: number) =>
  readProgress(fresh.db, await getSalesPlan(fresh.db, context.projectId, planId))
const day = (text: string) => new Date(`${text}T00:00:00Z`)

describe('a sales plan', () => {
  it('counts contacts unless told otherwise', async () => {
    const plan = await run(createSalesPlan, { name: 'November', target: 3 })
    await run(addToSalesPlan, { planId: plan.id, contactId: anna })
    expect(await progressOf(plan.id)).toEqual({
      contacts: 1,
      wonDeals: 0,
      wonBudget: 0,
      value: 1,
      target: 3,
      percent: 33.3,
    })
  })

  it('is found by its contact, also by the number of one that went into it', async () => {
    const plan = await run(createSalesPlan, { name: 'November', target: 3 })
    await run(addToSalesPlan, { planId: plan.id, contactId: anna })
    await fresh.db.query('update contacts set merged_into_id = $1 where id = $2', [anna, boris])
    const { items } = await listPlans(fresh.db, context.projectId, { contactId: boris })
    expect(items.map(({ name }) => name)).toEqual(['November'])
  })

  it('counts contacts that were added within its period: the beginning belongs to it, the end does not', async () => {
    const plan = await run(createSalesPlan, {
      name: 'November',
      target: 1,
      startsAt: '2026-11-01T00:00:00Z',
      endsAt: '2026-12-01T00:00:00Z',
    })
    const added = ['2026-10-31', '2026-11-01', '2026-11-30', '2026-12-01']
    for (const at of added) {
      const { id: contactId } = await run(createContact, { fields: { firstName: at } })
      await run(addToSalesPlan, { planId: plan.id, contactId }, day(at))
    }
    expect(await progressOf(plan.id)).toMatchObject({ contacts: 2, value: 2, percent: 200 })
  })

  it('sums what was won with its contacts, by when it was won and in its currency', async () => {
    const plan = await run(createSalesPlan, {
      name: 'November',
      measure: 'won_budget',
      target: 1000,
      currency: 'eur',
      startsAt: '2026-11-01T00:00:00Z',
    })
    await run(addToSalesPlan, { planId: plan.id, contactId: anna })
    const win = async (contactId: number, budget: number, currency: string, at: string) => {
      const { id: dealId } = await run(createDeal, { contactId, name: 'x', budget, currency }, day('2026-10-01'))
      await run(moveDeal, { dealId, stage: 'Won' }, day(at))
      return dealId
    }
    const first = await win(anna, 100.5, 'EUR', '2026-11-02')
    await win(anna, 200, 'EUR', '2026-10-15')
    await win(anna, 400, 'USD', '2026-11-02')
    await win(boris, 800, 'EUR', '2026-11-02')
    await run(createDeal, { contactId: anna, name: 'open', budget: 1600, currency: 'EUR' })
    expect(await progressOf(plan.id)).toEqual({
      contacts: 1,
      wonDeals: 1,
      wonBudget: 100.5,
      value: 100.5,
      target: 1000,
      percent: 10,
    })
    // From one won stage to another it stays won since the first.
    await run(moveDeal, { dealId: first, stage: 'Delivered' }, day('2027-01-01'))
    await run(updateSalesPlan, { planId: plan.id, endsAt: '2026-12-01T00:00:00Z' })
    expect(await progressOf(plan.id)).toMatchObject({ wonDeals: 1, wonBudget: 100.5 })
    await run(moveDeal, { dealId: first, stage: 'Lost' })
    expect(await progressOf(plan.id)).toMatchObject({ wonDeals: 0, wonBudget: 0 })
    await run(updateSalesPlan, { planId: plan.id, currency: null, startsAt: null, endsAt: null })
    expect(await progressOf(plan.id)).toMatchObject({ wonDeals: 2, wonBudget: 600 })
  })

  it('is changed, and tells what changed', async () => {
    const plan = await run(createSalesPlan, { name: 'November', target: 3 })
    await run(updateSalesPlan, { planId: plan.id, name: 'November', target: 5 })
    await run(updateSalesPlan, { planId: plan.id, target: 5 })
    await run(deleteSalesPlan, { planId: plan.id })
    expect(await planChanges()).toEqual([
      { kind: 'sales_plan.created', data: { planId: plan.id, name: 'November' } },
      { kind: 'sales_plan.updated', data: { planId: plan.id, name: 'November', fields: { target: [3, 5] } } },
      { kind: 'sales_plan.deleted', data: { planId: plan.id, name: 'November' } },
    ])
    await expect(getSalesPlan(fresh.db, context.projectId, plan.id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it.each<[string, object, string]>([
    ['a target of 0', { target: 0 }, 'target'],
    ['an unknown measure', { measure: 'calls' }, 'measure'],
    ['a currency in words', { currency: 'rubles' }, 'currency'],
    ['an end before the beginning', { startsAt: '2026-12-01T00:00:00Z', endsAt: '2026-11-01T00:00:00Z' }, 'endsAt'],
    ['a beginning that is no moment', { startsAt: 'Monday' }, 'startsAt'],
    ['an empty name', { name: '' }, 'name'],
  ])('refuses %s, made and changed', async (_what, fields, path) => {
    const made = run(createSalesPlan, { name: 'x', target: 1, ...fields } as Parameters<typeof createSalesPlan>[2])
    await expect(made).rejects.toMatchObject({ code: 'invalid', faults: [{ path }] })
    const { id: planId } = await run(createSalesPlan, { name: 'y', target: 1 })
    await expect(run(updateSalesPlan, { planId, ...fields })).rejects.toMatchObject({ faults: [{ path }] })
  })

  it('has a name that no other plan has', async () => {
    await run(createSalesPlan, { name: 'November', target: 1 })
    await expect(run(createSalesPlan, { name: 'November', target: 1 })).rejects.toMatchObject({ code: 'conflict' })
    const { id: planId } = await run(createSalesPlan, { name: 'December', target: 1 })
    await expect(run(updateSalesPlan, { planId, name: 'November' })).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('contacts of a plan', () => {
  it('are added once, also by two at the same time', async () => {
    const plan = await run(createSalesPlan, { name: 'November', target: 3 })
    const made = await Promise.all([1, 2, 3].map(() => run(addToSalesPlan, { plan: 'November', contactId: anna })))
    expect(new Set(made.map((entry) => entry.id)).size).toBe(1)
    expect((await planChanges()).slice(1)).toEqual([
      { kind: 'sales_plan.contact_added', data: { planId: plan.id, name: 'November' } },
    ])
  })

  it('are listed with the deal they came with, those added last first, and taken out', async () => {
    const plan = await run(createSalesPlan, { name: 'November', target: 3 })
    const deal = await run(createDeal, { contactId: anna, name: 'Car' })
    await run(addToSalesPlan, { planId: plan.id, contactId: anna, dealId: deal.id })
    await run(addToSalesPlan, { planId: plan.id, contactId: boris })
    const page = await listEntries(fresh.db, plan.id, { limit: 1 })
    expect(page.items).toMatchObject([{ contact: { id: boris, firstName: 'Boris' }, dealId: null }])
    expect((await listEntries(fresh.db, plan.id, { cursor: page.nextCursor! })).items).toMatchObject([
      { contact: { id: anna }, dealId: deal.id, addedAt: context.now },
    ])
    await run(removeFromSalesPlan, { planId: plan.id, contactId: anna })
    await run(removeFromSalesPlan, { planId: plan.id, contactId: anna })
    expect((await listEntries(fresh.db, plan.id, {})).items).toHaveLength(1)
    expect((await planChanges()).filter(({ kind }) => kind === 'sales_plan.contact_removed')).toHaveLength(1)
    const plansOf = async (contactId: number) =>
      (await listPlans(fresh.db, context.projectId, { contactId })).items.map((one) => one.name)
    expect([await plansOf(anna), await plansOf(boris)]).toEqual([[], ['November']])
  })

  it('name what does not exist and what there is', async () => {
    const refusal = (input: object) =>
      run(addToSalesPlan, { contactId: anna, ...input } as Parameters<typeof addToSalesPlan>[2]).catch(
        (error: AppError) => error,
      )
    expect(await refusal({ plan: 'x' })).toMatchObject({
      faults: [{ path: 'plan', message: '"x" does not exist: there is none' }],
    })
    const { id: planId } = await run(createSalesPlan, { name: 'November', target: 3 })
    expect(await refusal({ plan: 'x' })).toMatchObject({
      faults: [{ path: 'plan', message: '"x" does not exist: expected one of "November"' }],
    })
    expect(await refusal({ planId: 99 })).toMatchObject({ code: 'not_found' })
    expect(await refusal({ planId, contactId: 99 })).toMatchObject({ code: 'not_found' })
    const deal = await run(createDeal, { contactId: boris, name: 'Car' })
    expect(await refusal({ planId, dealId: deal.id })).toMatchObject({ faults: [{ path: 'dealId' }] })
  })

  it('of another project are not reached', async () => {
    const { id: planId } = await run(createSalesPlan, { name: 'November', target: 3 })
    const other = await makeProject(fresh.db)
    const refusal = fresh.db.transaction((tx) => addToSalesPlan(tx, other, { planId, contactId: anna }))
    await expect(refusal).rejects.toMatchObject({ code: 'not_found' })
  })
})
