import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addLabels } from '../../../../src/contacts/add-labels.ts'
import { addNote } from '../../../../src/contacts/add-note.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { moveDeal } from '../../../../src/crm/move-deal.ts'
import { createTask } from '../../../../src/crm/tasks/create-task.ts'
import { doneTask } from '../../../../src/crm/tasks/done-task.ts'
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
  expect(stage.ledger.account.duplicates()).toEqual([])
})

const anna = { fields: { firstName: 'Anna', lastName: 'Petrova', phone: '+79161234567', email: 'anna@example.com' } }
const all = (entity: 'contact' | 'deal' | 'note' | 'task') =>
  stage.ledger.account.all(entity).map((record) => stage.ledger.account.show(record))

describe('a deal', () => {
  test('goes there together with its contact, by one request', async () => {
    const contactId = await stage.contact({ ...anna, labels: ['VIP'] })
    await stage.deal(contactId, { budget: 1500 })
    await stage.settle()
    expect(all('contact')).toMatchObject([
      { values: { first_name: 'Anna', phone: ['+79161234567'], email: ['anna@example.com'] }, tags: ['VIP'] },
    ])
    expect(all('deal')).toMatchObject([
      { values: { name: 'A red car', budget: 1500, stage: 'sales/new' }, contactIds: [all('contact')[0]!.id] },
    ])
    expect(stage.ledger.count('write')).toBe(1)
    expect(await stage.pushes()).toMatchObject([{ status: 'done' }])
    expect((await recordedChanges(stage.db)).map(({ kind }) => kind)).toEqual([
      'contact.created',
      'contact.label_added',
      'deal.created',
      'contact.crm_linked',
      'deal.crm_linked',
    ])
  })

  test('that changes is told of that and nothing else, and changes made together go as one', async () => {
    const dealId = await stage.deal(await stage.contact(anna))
    await stage.settle()
    const { id } = all('deal')[0]!
    stage.clock.advance(10_000)
    await stage.do((tx, context) => updateDeal(tx, context, { dealId, budget: 900 }))
    await stage.do((tx, context) => moveDeal(tx, context, { dealId, stage: 'Talks' }))
    const before = stage.ledger.count('write')
    await stage.settle()
    expect(all('deal')).toMatchObject([{ id, values: { name: 'A red car', budget: 900, stage: 'sales/talks' } }])
    expect(stage.ledger.count('write') - before).toBe(1)
    expect(await stage.pushes()).toHaveLength(2)
  })

  test('of a contact with several makes the contact once', async () => {
    const contactId = await stage.contact(anna)
    for (let i = 0; i < 5; i++) await stage.deal(contactId, { name: `Car ${i}` })
    await stage.settle()
    expect(all('contact')).toHaveLength(1)
    expect(all('deal').map(({ contactIds }) => contactIds)).toEqual(Array(5).fill([all('contact')[0]!.id]))
  })

  test('comes after its contact where the CRM cannot make both at once', async () => {
    stage.ledger.account.abilities.dealsWithContacts = false
    const contactId = await stage.contact(anna)
    await stage.deal(contactId)
    await stage.deal(contactId)
    await stage.settle()
    expect(all('contact')).toHaveLength(1)
    expect(all('deal')).toHaveLength(2)
    expect(stage.ledger.count('write', 'contact')).toBe(1)
  })

  test('takes the contact that is known there by phone, and brings both sides of it together', async () => {
    const known = stage.ledger.account.add('contact', {
      first_name: 'Anja',
      phone: ['8 916 123 45 67'.replaceAll(' ', '').replace(/^8/, '+7')],
    })
    stage.ledger.account.edit('contact', known.id, { last_name: 'Ivanova' }, ['old friend'])
    stage.clock.advance(60_000)
    const contactId = await stage.contact({ ...anna, labels: ['VIP'] })
    await stage.deal(contactId)
    await stage.settle()
    expect(all('contact')).toMatchObject([
      { id: known.id, values: { first_name: 'Anna', last_name: 'Petrova', email: ['anna@example.com'] } },
    ])
    expect(new Set(all('contact')[0]!.tags)).toEqual(new Set(['old friend', 'VIP']))
    const { kind, data } = (await recordedChanges(stage.db)).find((change) =>
      change.kind.endsWith('conflict_resolved'),
    )!
    expect(kind).toBe('contact.conflict_resolved')
    expect(data.fields).toEqual({
      first_name: { kept: 'Anna', lost: 'Anja', from: 'theirs' },
      last_name: { kept: 'Petrova', lost: 'Ivanova', from: 'theirs' },
    })
  })

  test('does not go there by itself where only flows send, but what a flow sent is told of its changes', async () => {
    await stage.update({ sends: 'by_flow' })
    const dealId = await stage.deal(await stage.contact(anna))
    await stage.settle()
    expect(all('deal')).toEqual([])
    await stage.ask('deal', dealId, 'run:1')
    await stage.settle()
    expect(all('deal')).toHaveLength(1)
    stage.clock.advance(5000)
    await stage.do((tx, context) => updateDeal(tx, context, { dealId, name: 'A blue car' }))
    await stage.settle()
    expect(all('deal')).toMatchObject([{ values: { name: 'A blue car' } }])
  })

  test('asked for twice by one key goes there once, with what was wanted above the mapping', async () => {
    await stage.update({ sends: 'by_flow' })
    const dealId = await stage.deal(await stage.contact(anna), { budget: 10 })
    const wanted = {
      values: { budget: 20, stage: 'service/booked' },
      addTags: ['from the bot'],
      note: 'They want it red.',
      task: { text: 'Call back', dueAt: '2026-11-03T09:00:00Z', responsible: 'u2' },
    }
    const first = await stage.ask('deal', dealId, 'run:1', wanted)
    const second = await stage.ask('deal', dealId, 'run:1', wanted)
    expect(second.id).toBe(first.id)
    await stage.settle()
    const [deal] = all('deal')
    expect(deal).toMatchObject({ values: { budget: 20, stage: 'service/booked' }, tags: ['from the bot'] })
    expect(all('note')).toMatchObject([{ values: { text: 'They want it red.' }, on: { entity: 'deal', id: deal!.id } }])
    expect(all('task')).toMatchObject([{ values: { text: 'Call back', responsible: 'u2' }, on: { id: deal!.id } }])
    const [push] = await stage.pushes()
    expect(push).toMatchObject({ status: 'done', result: { dealId: deal!.id, contactId: all('contact')[0]!.id } })
    expect((await stage.links()).map(({ entity, subjectId }) => [entity, subjectId === null])).toEqual([
      ['contact', false],
      ['deal', false],
      ['note', true],
      ['task', true],
    ])
    const notes = await stage.db.query('select * from notes')
    expect(notes).toEqual([])
  })

  test('that was deleted there is not made again by changes, but by a flow that wants it', async () => {
    const dealId = await stage.deal(await stage.contact(anna))
    await stage.settle()
    stage.ledger.account.remove('deal', all('deal')[0]!.id)
    await stage.settle()
    stage.clock.advance(5000)
    await stage.do((tx, context) => updateDeal(tx, context, { dealId, name: 'Another car' }))
    await stage.settle()
    expect(all('deal')).toEqual([])
    expect((await recordedChanges(stage.db)).filter(({ kind }) => kind === 'deal.crm_unlinked')).toMatchObject([
      { data: { reason: 'deleted', integration: 'Ledger' } },
    ])
    await stage.ask('deal', dealId, 'run:2')
    await stage.settle()
    expect(all('deal')).toMatchObject([{ values: { name: 'Another car' } }])
    stage.clock.advance(5000)
    await stage.do((tx, context) => updateDeal(tx, context, { dealId, name: 'Third car' }))
    await stage.settle()
    expect(all('deal')).toMatchObject([{ values: { name: 'Third car' } }])
  })
})

test('labels and lists are added to what stands there', async () => {
  const contactId = await stage.contact({ ...anna, labels: ['VIP'] })
  await stage.deal(contactId)
  await stage.settle()
  const { id } = all('contact')[0]!
  stage.clock.advance(5000)
  stage.ledger.account.edit('contact', id, { email: ['anna@example.com', 'work@example.com'] }, ['VIP', 'theirs'])
  // The hook is lost.
  stage.ledger.account.outbox.length = 0
  stage.clock.advance(5000)
  await stage.do((tx, context) => addLabels(tx, context, { contactId, labels: ['ours'] }))
  await stage.do((tx, context) => updateContact(tx, context, { contactId, fields: { email: 'new@example.com' } }))
  await stage.settle()
  expect(new Set(all('contact')[0]!.tags)).toEqual(new Set(['VIP', 'theirs', 'ours']))
  expect(new Set(all('contact')[0]!.values.email as string[])).toEqual(
    new Set(['anna@example.com', 'work@example.com', 'new@example.com']),
  )
})

test('notes and tasks of what is linked go there, once, and the task’s end with them', async () => {
  const contactId = await stage.contact(anna)
  const dealId = await stage.deal(contactId)
  await stage.do((tx, context) => addNote(tx, context, { contactId, dealId, text: 'Likes red.' }))
  await stage.settle()
  const task = await stage.do((tx, context) =>
    createTask(tx, context, { name: 'Call', dealId, dueAt: '2026-11-05T10:00:00Z' }),
  )
  await stage.do((tx, context) => addNote(tx, context, { contactId, text: 'About the person.' }))
  await stage.settle()
  const [deal] = all('deal')
  const [contact] = all('contact')
  expect(all('note')).toMatchObject([
    { values: { text: 'Likes red.' }, on: { entity: 'deal', id: deal!.id } },
    { values: { text: 'About the person.' }, on: { entity: 'contact', id: contact!.id } },
  ])
  expect(all('task')).toMatchObject([{ values: { text: 'Call', due_at: '2026-11-05T10:00:00Z', done: false } }])
  stage.clock.advance(5000)
  await stage.do((tx, context) => doneTask(tx, context, { taskId: task.id }))
  await stage.settle()
  expect(all('task')).toMatchObject([{ values: { text: 'Call', done: true } }])
  expect(await stage.db.query('select id from notes')).toHaveLength(2)
  expect(await stage.db.query('select id from tasks')).toHaveLength(1)
})
