import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { linkContacts } from '../../../../src/contacts/links/link-contacts.ts'
import { linkedContactIds } from '../../../../src/contacts/links/links.store.ts'
import { unlinkContact } from '../../../../src/contacts/links/unlink-contact.ts'
import { mergeContacts } from '../../../../src/contacts/merge/merge-contacts.ts'
import { undoMerge } from '../../../../src/contacts/merge/undo-merge.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { deleteDeal } from '../../../../src/crm/delete-deal.ts'
import { mergeFollowers } from '../../../../src/gateway/merge-followers.ts'
import type { Tx } from '../../../../src/platform/database/database.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { freshDatabase } from '../../../database.ts'
import { makeProject } from '../../../project.ts'

const fresh = await freshDatabase()
afterAll(fresh.drop)
let context: WorkContext
let one: number
let two: number
let three: number

const run = <Input, Result>(verb: (tx: Tx, context: WorkContext, input: Input) => Promise<Result>, input: Input) =>
  fresh.db.transaction((tx) => verb(tx, context, input))
const merge = async (survivorId: number, secondId: number) =>
  (await run((tx, work, input) => mergeContacts(tx, work, input, mergeFollowers), { survivorId, secondId })).merge.id
const undo = (mergeId: number) => run((tx, work, input) => undoMerge(tx, work, input, mergeFollowers), { mergeId })
const rows = (query: string) => fresh.db.query<Record<string, unknown>>(query)

beforeEach(async () => {
  await fresh.clear()
  context = await makeProject(fresh.db)
  one = (await run(createContact, { fields: { firstName: 'One' } })).id
  two = (await run(createContact, { fields: { firstName: 'Two' } })).id
  three = (await run(createContact, { fields: { firstName: 'Three' } })).id
})

describe('tasks, notices and sales plans', () => {
  const plan = async (name: string) => {
    const [row] = await fresh.db.query<{ id: number }>(
      `insert into sales_plans (project_id, name, measure, target, created_at, updated_at)
       values ($1, $2, 'contacts', 10, now(), now()) returning id`,
      [context.projectId, name],
    )
    return row!.id
  }
  const enter = (planId: number, contactId: number, dealId: number | null = null) =>
    fresh.db.query(
      `insert into sales_plan_entries (project_id, plan_id, contact_id, deal_id, added_at) values ($1, $2, $3, $4, now())`,
      [context.projectId, planId, contactId, dealId],
    )
  const task = async (contactId: number, dealId: number | null = null) => {
    const [row] = await fresh.db.query<{ id: number }>(
      `insert into tasks (project_id, name, contact_id, deal_id, status, reminders, created_at, updated_at)
       values ($1, 'Call', $2, $3, 'open', '[]', now(), now()) returning id`,
      [context.projectId, contactId, dealId],
    )
    await fresh.db.query(
      `insert into operator_notices (project_id, operator_id, kind, text, task_id, contact_id, created_at)
       values ($1, (select id from operators), 'task.reminder', 'Call', $2, $3, now())`,
      [context.projectId, row!.id, contactId],
    )
  }
  const all = async () => ({
    entries: await rows('select plan_id, contact_id, deal_id from sales_plan_entries order by id'),
    tasks: await rows('select id, contact_id from tasks order by id'),
    notices: await rows('select task_id, contact_id from operator_notices order by id'),
  })

  it('follow, once for each plan, and go back as they were', async () => {
    const [both, onlyTwo] = [await plan('Both'), await plan('Only two')]
    await enter(both, one)
    await enter(both, two)
    await enter(onlyTwo, two)
    await task(two)
    const before = await all()
    const id = await merge(one, two)
    expect(await all()).toEqual({
      entries: [
        { plan_id: both, contact_id: one, deal_id: null },
        { plan_id: onlyTwo, contact_id: one, deal_id: null },
      ],
      tasks: [{ id: 1, contact_id: one }],
      notices: [{ task_id: 1, contact_id: one }],
    })
    await undo(id)
    expect(await all()).toEqual(before)
  })

  it('go back without a deal that was deleted meanwhile', async () => {
    const both = await plan('Both')
    const spot = await run(createSpot, { name: 'Moscow' })
    await run(createPipeline, { spotId: spot.id, name: 'Sales', stages: [{ name: 'New' }] })
    const deal = await run(createDeal, { contactId: two, name: 'Car' })
    await enter(both, one)
    await enter(both, two, deal.id)
    const id = await merge(one, two)
    await run(deleteDeal, { dealId: deal.id })
    await undo(id)
    expect((await all()).entries).toEqual([
      { plan_id: both, contact_id: one, deal_id: null },
      { plan_id: both, contact_id: two, deal_id: null },
    ])
  })

  it('that came since go with their deal, or stay', async () => {
    const spot = await run(createSpot, { name: 'Centre' })
    await run(createPipeline, { spotId: spot.id, name: 'Sales' })
    const { id: dealId, version } = await run(createDeal, { name: 'Car', contactId: two })
    const id = await merge(one, two)
    await task(one, dealId)
    await task(one)
    const [first, second] = [await plan('First'), await plan('Second')]
    await enter(first, one, dealId)
    await enter(second, one)
    await undo(id)
    expect(await all()).toEqual({
      entries: [
        { plan_id: first, contact_id: two, deal_id: dealId },
        { plan_id: second, contact_id: one, deal_id: null },
      ],
      tasks: [
        { id: 1, contact_id: two },
        { id: 2, contact_id: one },
      ],
      notices: [
        { task_id: 1, contact_id: two },
        { task_id: 2, contact_id: one },
      ],
    })
    expect(await rows('select version from deals')).toEqual([{ version: version + 2 }])
  })
})

describe('what a contact is subscribed to', () => {
  const subscribe = async (flow: string, subject: number, blocked = false) => {
    const [known] = await fresh.db.query<{ id: number }>('select id from flows where name = $1', [flow])
    const [made] = known
      ? [known]
      : await fresh.db.query<{ id: number }>(
          `insert into flows (project_id, name, draft, revision, created_at, updated_at) values ($1, $2, '{}', 1, now(), now()) returning id`,
          [context.projectId, flow],
        )
    await fresh.db.query(
      `insert into subscribers (flow_id, subject_id, project_id, subscribed, blocked_at, since)
       values ($1, $2, $3, $4, $5, now())`,
      [made!.id, subject, context.projectId, !blocked, blocked ? '2026-11-01T00:00:00Z' : null],
    )
  }
  const all = () =>
    rows(
      `select name, subject_id, subscribed, blocked_at is not null as blocked from subscribers join flows on id = flow_id order by 1, 2`,
    )

  it('is added up, who is kept out stays so, and both go back as they were', async () => {
    await subscribe('A', one)
    await subscribe('A', two, true)
    await subscribe('B', two)
    await subscribe('C', one)
    const before = await all()
    const id = await merge(one, two)
    expect(await all()).toEqual([
      { name: 'A', subject_id: one, subscribed: true, blocked: true },
      { name: 'B', subject_id: one, subscribed: true, blocked: false },
      { name: 'C', subject_id: one, subscribed: true, blocked: false },
    ])
    await undo(id)
    expect(await all()).toEqual(before)
  })

  it('is left as it is where it changed since', async () => {
    await subscribe('A', one)
    await subscribe('A', two, true)
    const id = await merge(one, two)
    await fresh.db.query('update subscribers set blocked_at = null')
    await undo(id)
    expect(await all()).toEqual([
      { name: 'A', subject_id: one, subscribed: true, blocked: false },
      { name: 'A', subject_id: two, subscribed: false, blocked: true },
    ])
  })
})

describe('linked cards', () => {
  const link = (contactId: number, otherId: number) => run(linkContacts, { contactId, otherId })
  const linked = async () =>
    Promise.all([one, two, three].map((id) => linkedContactIds(fresh.db, context.projectId, id)))

  it('are one person with all that each is linked with', async () => {
    const four = (await run(createContact, {})).id
    expect(await link(one, two)).toEqual([two])
    await link(three, four)
    expect(await link(two, three)).toEqual([one, three, four])
    expect(await linked()).toEqual([
      [two, three, four],
      [one, three, four],
      [one, two, four],
    ])
    await run(unlinkContact, { contactId: one })
    expect(await linked()).toEqual([[], [three, four], [two, four]])
  })

  it('of which only one is left are none', async () => {
    await link(one, two)
    await run(unlinkContact, { contactId: two })
    expect(await rows('select 1 from contact_links')).toEqual([])
    await run(unlinkContact, { contactId: two })
    expect(
      await rows(`select kind, data - 'by' as data from changes where kind like 'contact.%linked' order by id`),
    ).toEqual([
      { kind: 'contact.linked', data: { with: two, linked: [two] } },
      { kind: 'contact.unlinked', data: { from: [one] } },
    ])
    await expect(link(one, one)).rejects.toThrow('cannot be linked with itself')
    await expect(link(one, 99)).rejects.toThrow('There is no contact 99')
  })

  it.each([
    ['the second with a third', [[2, 3]], [[3], [], [1]]],
    ['the two with each other', [[1, 2]], [[], [], []]],
    [
      'the two with a third',
      [
        [1, 2],
        [2, 3],
      ],
      [[3], [], [1]],
    ],
    ['the survivor with a third', [[1, 3]], [[3], [], [1]]],
  ])('stay linked when they are merged, and go back: %s', async (_, pairs, expected) => {
    for (const [a, b] of pairs) await link([one, two, three][a! - 1]!, [one, two, three][b! - 1]!)
    const before = await rows('select * from contact_links order by contact_id')
    const id = await merge(one, two)
    const present = await linked()
    expect([present[0], present[2]]).toEqual([
      expected[0]!.map((n) => [one, two, three][n - 1]),
      expected[2]!.map((n) => [one, two, three][n - 1]),
    ])
    expect(present[1]).toEqual(present[0])
    await undo(id)
    expect(await rows('select * from contact_links order by contact_id')).toEqual(before)
  })

  it('that were linked otherwise since the merge stay so', async () => {
    await link(two, three)
    const id = await merge(one, two)
    await run(unlinkContact, { contactId: one })
    const four = (await run(createContact, {})).id
    await link(one, four)
    await undo(id)
    expect(await linkedContactIds(fresh.db, context.projectId, one)).toEqual([four])
    // Whoever parted the merged card from the third parted both.
    expect(await linkedContactIds(fresh.db, context.projectId, two)).toEqual([])
  })
})
