import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { getContact } from '../../../../src/contacts/get-contact.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { getDeal } from '../../../../src/crm/get-deal.ts'
import { createTask } from '../../../../src/crm/tasks/create-task.ts'
import { updateTask } from '../../../../src/crm/tasks/update-task.ts'
import { updateDeal } from '../../../../src/crm/update-deal.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { recordedChanges } from '../../../project.ts'
import { type Stage, setStage } from './stage.ts'

let fresh: FreshDatabase
let stage: Stage

beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  await fresh.clear()
  stage = await setStage(fresh.db)
})
afterEach(async () => {
  await stage.stop()
  expect(stage.ledger.account.refused).toEqual([])
})

const anna = { fields: { firstName: 'Anna', lastName: 'Petrova', phone: '+79161234567', email: 'anna@example.com' } }
const all = (entity: 'contact' | 'deal' | 'note' | 'task') =>
  stage.ledger.account.all(entity).map((record) => stage.ledger.account.show(record))
const dealNow = (id: number) => getDeal(stage.db, stage.context().projectId, id)
const contactNow = (id: number) => getContact(stage.db, stage.context().projectId, id)
/** A contact with a deal that both sides know. */
const linked = async () => {
  const contactId = await stage.contact({ ...anna, labels: ['VIP'] })
  const dealId = await stage.deal(contactId, { budget: 100 })
  await stage.settle()
  stage.clock.advance(10_000)
  return { contactId, dealId, contact: all('contact')[0]!.id, deal: all('deal')[0]!.id }
}

describe('what changes there', () => {
  test('changes ours, is told who did it, and is not echoed', async () => {
    const { contactId, dealId, contact, deal } = await linked()
    const writes = stage.ledger.count('write')
    const before = (await recordedChanges(stage.db)).length
    stage.ledger.account.edit('deal', deal, { budget: 250, stage: 'sales/talks', responsible: 'u2' })
    stage.ledger.account.edit('contact', contact, { last_name: 'Ivanova', phone: ['+79161234567', '+79990001122'] }, [
      'New',
    ])
    await stage.settle()
    expect((await dealNow(dealId)).deal).toMatchObject({ budget: 250, responsibleId: 2 })
    expect((await dealNow(dealId)).place.stage.name).toBe('Talks')
    expect(await contactNow(contactId)).toMatchObject({ lastName: 'Ivanova', labels: ['New'] })
    expect(stage.ledger.count('write')).toBe(writes)
    expect((await recordedChanges(stage.db)).slice(before).map(({ kind }) => kind)).toEqual([
      'contact.updated',
      'contact.identity_added',
      'contact.label_added',
      'contact.label_removed',
      'deal.updated',
      'deal.assigned',
      'deal.stage_entered',
    ])
    const rows = await stage.db.query<{ by: unknown }>(
      `select data -> 'by' as by from changes order by id offset ${before}`,
    )
    expect(new Set(rows.map(({ by }) => JSON.stringify(by)))).toEqual(
      new Set([JSON.stringify({ id: stage.integrationId, kind: 'integration' })]),
    )
  })

  test('in a CRM that keeps nothing as it was given is told apart from our own writing', async () => {
    stage.ledger.account.lossy = true
    const contactId = await stage.contact({ fields: { ...anna.fields, lastName: 'Petrova  von   Example' } })
    const dealId = await stage.deal(contactId, { budget: 99.6 })
    await stage.settle()
    const writes = stage.ledger.count('write')
    stage.clock.advance(10_000)
    stage.ledger.account.edit('contact', all('contact')[0]!.id, { first_name: 'Anne' })
    await stage.settle()
    expect(stage.ledger.count('write')).toBe(writes)
    expect((await dealNow(dealId)).deal.budget).toBe(99.6)
    expect(await contactNow(contactId)).toMatchObject({
      firstName: 'Anne',
      lastName: 'Petrova  von   Example',
      phone: '+79161234567',
    })
  })

  test('at the same time as ours goes by which was later, and the other is kept in the history', async () => {
    const { dealId, deal } = await linked()
    await stage.do((tx, context) => updateDeal(tx, context, { dealId, budget: 300, name: 'Ours' }))
    stage.clock.advance(5000)
    stage.ledger.account.edit('deal', deal, { budget: 400 })
    await stage.listen()
    await stage.settle()
    expect((await dealNow(dealId)).deal).toMatchObject({ budget: 400, name: 'Ours' })
    expect(all('deal')).toMatchObject([{ values: { budget: 400, name: 'Ours' } }])
    const resolved = (await recordedChanges(stage.db)).filter(({ kind }) => kind === 'deal.conflict_resolved')
    expect(resolved).toMatchObject([{ data: { fields: { budget: { kept: 400, lost: 300, from: 'ours' } } } }])
  })

  test('earlier than ours loses, and ours goes there', async () => {
    const { dealId, deal } = await linked()
    stage.ledger.account.edit('deal', deal, { budget: 400 })
    stage.clock.advance(5000)
    await stage.do((tx, context) => updateDeal(tx, context, { dealId, budget: 300 }))
    await stage.settle()
    expect((await dealNow(dealId)).deal.budget).toBe(300)
    expect(all('deal')).toMatchObject([{ values: { budget: 300 } }])
    const resolved = (await recordedChanges(stage.db)).filter(({ kind }) => kind === 'deal.conflict_resolved')
    expect(resolved).toMatchObject([{ data: { fields: { budget: { kept: 300, lost: 400, from: 'theirs' } } } }])
  })

  test('is found by looking for it when its hook was lost', async () => {
    const { dealId, deal } = await linked()
    stage.ledger.account.edit('deal', deal, { budget: 777 })
    stage.ledger.account.outbox.length = 0
    await stage.settle()
    expect((await dealNow(dealId)).deal.budget).toBe(100)
    stage.clock.advance(15 * 60_000)
    await stage.settle()
    expect((await dealNow(dealId)).deal.budget).toBe(777)
  })

  test('is not taken where the integration only pushes, and ours is not told where it only pulls', async () => {
    const { dealId, deal } = await linked()
    await stage.update({ direction: 'push' })
    stage.ledger.account.edit('deal', deal, { budget: 400 })
    await stage.settle()
    expect((await dealNow(dealId)).deal.budget).toBe(100)
    await stage.update({ direction: 'pull' })
    stage.clock.advance(5000)
    await stage.do((tx, context) => updateDeal(tx, context, { dealId, name: 'Ours' }))
    stage.ledger.account.edit('deal', deal, { budget: 500 })
    await stage.settle()
    expect((await dealNow(dealId)).deal).toMatchObject({ budget: 500, name: 'Ours' })
    expect(all('deal')).toMatchObject([{ values: { name: 'A red car', budget: 500 } }])
  })
})

describe('what is new there', () => {
  test('is a deal of ours where its contact is, in a stage that the mapping knows', async () => {
    const { contactId, contact } = await linked()
    const { account } = stage.ledger
    account.add('deal', { name: 'Repair', stage: 'sales/talks', budget: 5 }, { contact: { id: contact } })
    account.add('deal', { name: 'Elsewhere', stage: 'service/new' }, { contact: { id: contact } })
    const stranger = account.add('contact', { first_name: 'Nobody', phone: ['+79990000000'] })
    account.add('deal', { name: 'Of a stranger', stage: 'sales/new' }, { contact: { id: stranger.id } })
    const writes = stage.ledger.count('write')
    await stage.settle()
    const deals = await stage.db.query<{ name: string; contact_id: number; budget: string }>(
      'select name, contact_id, budget from deals order by id offset 1',
    )
    expect(deals).toMatchObject([{ name: 'Repair', contact_id: contactId }])
    expect(Number(deals[0]!.budget)).toBe(5)
    expect(await stage.db.query('select id from contacts')).toHaveLength(1)
    expect(stage.ledger.count('write')).toBe(writes)
  })

  test('is the deal of ours that it was made for, also when the push that made it was given up', async () => {
    const { contactId, dealId, deal } = await linked()
    await stage.db.query('delete from crm_links')
    stage.ledger.account.edit('deal', deal, { budget: 777 })
    await stage.settle()
    expect(await stage.links()).toMatchObject([
      { entity: 'contact', subjectId: contactId },
      { entity: 'deal', subjectId: dealId, externalId: deal },
    ])
    expect(await stage.db.query('select id from deals')).toHaveLength(1)
    expect((await dealNow(dealId)).deal.budget).toBe(777)
    expect(stage.ledger.account.duplicates()).toEqual([])
  })

  test('is a contact of ours when it has the phone of one', async () => {
    const contactId = await stage.contact(anna)
    stage.clock.advance(5000)
    const known = stage.ledger.account.add('contact', { first_name: 'Anja', phone: ['+79161234567'] })
    stage.ledger.account.add('deal', { name: 'Repair', stage: 'sales/new' }, { contact: { id: known.id } })
    await stage.settle()
    expect(await stage.links()).toMatchObject([
      { entity: 'contact', subjectId: contactId, externalId: known.id },
      { entity: 'deal' },
    ])
    expect(await contactNow(contactId)).toMatchObject({ firstName: 'Anja', lastName: 'Petrova' })
    expect(all('contact')).toMatchObject([{ values: { last_name: 'Petrova', email: ['anna@example.com'] } }])
  })

  test('is a note or task of ours where it hangs on something that is linked', async () => {
    const { contactId, dealId, contact, deal } = await linked()
    const { account } = stage.ledger
    account.add('note', { text: 'Was here.' }, { on: { entity: 'deal', id: deal } })
    account.add('note', { text: 'Nice person.' }, { on: { entity: 'contact', id: contact } })
    const task = account.add(
      'task',
      { text: 'Call back\nabout the hook', due_at: '2026-11-05T10:00:00Z', responsible: 'u2' },
      { on: { entity: 'deal', id: deal } },
    )
    await stage.settle()
    expect(await stage.db.query('select text, contact_id, deal_id from notes order by text')).toEqual([
      { text: 'Nice person.', contact_id: contactId, deal_id: null },
      { text: 'Was here.', contact_id: contactId, deal_id: dealId },
    ])
    const tasks = () => stage.db.query('select name, description, status, responsible_id, deal_id from tasks')
    const expected = { name: 'Call back', description: 'about the hook', responsible_id: 2, deal_id: dealId }
    expect(await tasks()).toEqual([{ ...expected, status: 'open' }])
    stage.clock.advance(5000)
    account.edit('task', task.id, { done: true })
    await stage.settle()
    expect(await tasks()).toEqual([{ ...expected, status: 'done' }])
    expect(all('note')).toHaveLength(2)
    expect(all('task')).toHaveLength(1)
    expect((await recordedChanges(stage.db)).map(({ kind }) => kind)).toContain('task.done')
  })

  test('is a task whose name has no half of a character where a long text is cut', async () => {
    const { deal } = await linked()
    const text = `${'x'.repeat(199)}🚗 and more`
    stage.ledger.account.add('task', { text, due_at: '2026-11-05T10:00:00Z' }, { on: { entity: 'deal', id: deal } })
    await stage.settle()
    expect(await stage.db.query('select name, description from tasks')).toEqual([
      { name: 'x'.repeat(199), description: text },
    ])
  })
})

test('a moment of a task in another spelling is no change of theirs', async () => {
  const { dealId } = await linked()
  const dueAt = '2026-11-05T10:00:00Z'
  const { id: taskId } = await stage.do((tx, context) => createTask(tx, context, { name: 'Call', dealId, dueAt }))
  await stage.work()
  // As a CRM keeps it that counts fractions; ours changes within the same second.
  stage.ledger.account.all('task')[0]!.kept.due_at = '2026-11-05T10:00:00.000Z'
  await stage.do((tx, context) => updateTask(tx, context, { taskId, dueAt: '2026-11-06T10:00:00Z' }))
  await stage.settle()
  const tasks = await stage.db.query<{ due: string }>(`select to_json(due_at) #>> '{}' as due from tasks`)
  expect(tasks.map(({ due }) => new Date(due).toISOString())).toEqual(['2026-11-06T10:00:00.000Z'])
  expect(all('task')).toMatchObject([{ values: { due_at: '2026-11-06T10:00:00Z' } }])
})

test('one thing that cannot be taken in holds up no other, and is tried again', async () => {
  const { contactId, contact, dealId, deal } = await linked()
  await stage.db.query('alter table contacts add constraint no_bad check (last_name <> $$Bad$$)')
  try {
    stage.ledger.account.edit('contact', contact, { last_name: 'Bad' })
    stage.ledger.account.edit('deal', deal, { budget: 9 })
    await stage.settle()
    expect((await dealNow(dealId)).deal.budget).toBe(9)
    expect(await stage.db.query('select external_id, attempts from crm_heard')).toEqual([
      { external_id: contact, attempts: 1 },
    ])
  } finally {
    await stage.db.query('alter table contacts drop constraint no_bad')
  }
  stage.clock.advance(60_000)
  await stage.settle()
  expect(await contactNow(contactId)).toMatchObject({ lastName: 'Bad' })
  expect(await stage.db.query('select * from crm_heard')).toEqual([])
})

test('a hundred alternating edits end equal on both sides, whatever was heard when', async () => {
  const { contactId, dealId, contact, deal } = await linked()
  for (let i = 0; i < 100; i++) {
    stage.clock.advance(i % 3 === 0 ? 400 : 1700)
    if (i % 4 === 0) stage.ledger.account.edit('deal', deal, { budget: i })
    if (i % 4 === 1) await stage.do((tx, context) => updateDeal(tx, context, { dealId, budget: i }))
    if (i % 4 === 2) stage.ledger.account.edit('contact', contact, { first_name: `Anna ${i}` })
    if (i % 4 === 3)
      await stage.do((tx, context) => updateContact(tx, context, { contactId, fields: { firstName: `Ann ${i}` } }))
    if (i % 5 === 0) await stage.listen()
    if (i % 7 === 0) await stage.work()
  }
  await stage.settle()
  const [ours, theirs] = [await dealNow(dealId), all('deal')[0]!]
  expect(theirs.values.budget).toBe(ours.deal.budget)
  expect(all('contact')[0]!.values.first_name).toBe((await contactNow(contactId)).firstName)
  expect([96, 97]).toContain(ours.deal.budget)
  const writes = stage.ledger.count('write')
  stage.clock.advance(20 * 60_000)
  await stage.settle()
  expect(stage.ledger.count('write')).toBe(writes)
})
