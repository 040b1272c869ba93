import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { getContact } from '../../../../src/contacts/get-contact.ts'
import { mergeContacts } from '../../../../src/contacts/merge/merge-contacts.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { getDeal } from '../../../../src/crm/get-deal.ts'
import { createTask } from '../../../../src/crm/tasks/create-task.ts'
import { doneTask } from '../../../../src/crm/tasks/done-task.ts'
import { updateDeal } from '../../../../src/crm/update-deal.ts'
import { mergeFollowers } from '../../../../src/gateway/merge-followers.ts'
import { hear } from '../../../../src/sync/exchange/hear.ts'
import { linkByHand } from '../../../../src/sync/exchange/link-by-hand.ts'
import { unlinkByHand } from '../../../../src/sync/exchange/unlink-by-hand.ts'
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

const anna = { fields: { firstName: 'Anna', phone: '+79161234567', email: 'anna@example.com' } }
const all = (entity: 'contact' | 'deal') => stage.ledger.account.all(entity)
const linked = async () => {
  const contactId = await stage.contact(anna)
  const dealId = await stage.deal(contactId, { budget: 100 })
  await stage.settle()
  stage.clock.advance(10_000)
  return { contactId, dealId, contact: all('contact')[0]!.id, deal: all('deal')[0]!.id }
}
/** Somebody deletes it there, and the hook is lost. */
const removeUnheard = (entity: 'contact' | 'deal', id: string) => {
  stage.ledger.account.remove(entity, id)
  stage.ledger.account.outbox.length = 0
}
/** Lets what waits come due. */
const settleAll = async () => {
  for (let i = 0; i < 5; i++) {
    await stage.settle()
    stage.clock.advance(20_000)
  }
}
const unlinkedReasons = async () =>
  (await recordedChanges(stage.db)).filter(({ kind }) => kind.endsWith('crm_unlinked')).map(({ data }) => data.reason)
const unlink = async (entity: 'contact' | 'deal') => {
  const { id } = (await stage.links()).find((link) => link.entity === entity)!
  await stage.do((tx, context) => unlinkByHand(tx, context, { integrationId: stage.integrationId, linkId: id }))
}

describe('what was deleted there without our hearing of it', () => {
  test('is found out by writing it: its changes do not make it again', async () => {
    const { dealId, deal } = await linked()
    removeUnheard('deal', deal)
    await stage.do((tx, context) => updateDeal(tx, context, { dealId, budget: 200 }))
    await settleAll()
    expect(all('deal')).toEqual([])
    expect(await unlinkedReasons()).toEqual(['deleted'])
    expect((await stage.pushes()).every(({ status }) => status === 'done')).toBe(true)
  })

  test('is made again for a block that asks for it', async () => {
    const { dealId, deal } = await linked()
    removeUnheard('deal', deal)
    const { id } = await stage.ask('deal', dealId, 'run:1', { values: { budget: 300 } })
    await settleAll()
    expect(all('deal')).toMatchObject([{ kept: { name: 'A red car', budget: 300 } }])
    const push = (await stage.pushes()).find((one) => one.id === id)
    expect(push).toMatchObject({ status: 'done', result: { dealId: all('deal')[0]!.id } })
  })

  test('is not made again either when it is found out by reading it first', async () => {
    const { contactId, contact } = await linked()
    removeUnheard('contact', contact)
    const fields = { email: 'new@example.com' }
    await stage.do((tx, context) => updateContact(tx, context, { contactId, fields }))
    await settleAll()
    expect(all('contact')).toEqual([])
    expect(await unlinkedReasons()).toEqual(['deleted'])
  })

  test('as the contact of a new deal is made again with the deal', async () => {
    const { contactId, contact } = await linked()
    removeUnheard('contact', contact)
    await stage.deal(contactId, { name: 'A second car' })
    await settleAll()
    expect(all('deal').map(({ kept, contactIds }) => [kept.name, contactIds])).toEqual([
      ['A red car', []],
      ['A second car', [all('contact')[0]!.id]],
    ])
    expect(all('contact')).toHaveLength(1)
  })
})

test.each(['heard', 'unheard'])('a task that was deleted there, %s, is not made again by its changes', async (how) => {
  const { dealId } = await linked()
  const { id: taskId } = await stage.do((tx, context) => createTask(tx, context, { name: 'Call', dealId }))
  await stage.settle()
  const { account } = stage.ledger
  account.remove('task', account.all('task')[0]!.id)
  if (how === 'unheard') account.outbox.length = 0
  await stage.settle()
  await stage.do((tx, context) => doneTask(tx, context, { taskId }))
  await settleAll()
  expect(account.all('task')).toEqual([])
  expect((await stage.pushes()).every(({ status }) => status === 'done')).toBe(true)
})

test('what was deleted there and restored is ours again, on both sides', async () => {
  const { dealId, deal } = await linked()
  const heard = [{ entity: 'deal' as const, id: deal, deleted: true }]
  await stage.do((tx) => hear(tx, stage.integrationId, heard, stage.clock.now()))
  await stage.settle()
  await stage.do((tx, context) => updateDeal(tx, context, { dealId, name: 'A blue car' }))
  await settleAll()
  expect(all('deal')).toMatchObject([{ kept: { name: 'A red car' } }])
  await stage.do((tx, context) => updateDeal(tx, context, { dealId, name: 'A green car' }))
  await stage.settle()
  await stage.do((tx) => hear(tx, stage.integrationId, [{ entity: 'deal', id: deal }], stage.clock.now()))
  await settleAll()
  expect(all('deal')).toMatchObject([{ kept: { name: 'A green car' } }])
})

describe('what was unlinked by hand', () => {
  test('stays so, whatever changes there', async () => {
    const { contactId, dealId, contact, deal } = await linked()
    await unlink('deal')
    await unlink('contact')
    const { account } = stage.ledger
    account.edit('deal', deal, { budget: 777 })
    account.edit('contact', contact, { first_name: 'Changed' })
    account.add('note', { text: 'Nothing of ours.' }, { on: { entity: 'deal', id: deal } })
    account.add('deal', { name: 'Another of theirs', stage: 'sales/new' }, { contact: { id: contact } })
    await settleAll()
    const { projectId } = stage.context()
    expect((await getDeal(stage.db, projectId, dealId)).deal.budget).toBe(100)
    expect(await getContact(stage.db, projectId, contactId)).toMatchObject({ firstName: 'Anna' })
    expect(await stage.db.query('select id from deals')).toHaveLength(1)
    expect(await stage.db.query('select id from notes')).toEqual([])
  })

  test('stays so when it is told there at that moment', async () => {
    const { dealId, deal } = await linked()
    await stage.do((tx, context) => updateDeal(tx, context, { dealId, budget: 200 }))
    stage.afterWrite = () => unlink('deal')
    await stage.work()
    stage.afterWrite = undefined
    stage.clock.advance(5000)
    stage.ledger.account.edit('deal', deal, { budget: 777 })
    await settleAll()
    expect((await getDeal(stage.db, stage.context().projectId, dealId)).deal.budget).toBe(200)
  })

  test('can be linked with something else of ours, which hears of it from then on', async () => {
    await stage.update({ sends: 'by_flow' })
    const contactId = await stage.contact(anna)
    const right = await stage.deal(contactId, { name: 'The right one', budget: 1 })
    const wrong = await stage.deal(contactId, { budget: 100 })
    await stage.ask('deal', wrong, 'run:1')
    await stage.settle()
    const deal = all('deal')[0]!.id
    stage.clock.advance(10_000)
    await unlink('deal')
    const link = { integrationId: stage.integrationId, entity: 'deal' as const, externalId: deal }
    await stage.do((tx, context) => linkByHand(tx, context, { ...link, subjectId: right }))
    await settleAll()
    stage.ledger.account.edit('deal', deal, { budget: 777 })
    await settleAll()
    const { projectId } = stage.context()
    expect((await getDeal(stage.db, projectId, wrong)).deal.budget).toBe(100)
    expect((await getDeal(stage.db, projectId, right)).deal.budget).toBe(777)
  })
})

describe('contacts that are merged here', () => {
  const person = (name: string, digit: number) =>
    stage.contact({ fields: { firstName: name, phone: `+7916123456${digit}` } })
  const merge = (survivorId: number, secondId: number) =>
    stage.do((tx, context) => mergeContacts(tx, context, { survivorId, secondId }, mergeFollowers))

  test('are what the second is there when the survivor was deleted there', async () => {
    const [survivor, second] = [await person('Anna', 1), await person('Anja', 2)]
    await stage.deal(survivor)
    await stage.deal(second)
    await stage.settle()
    const [first, other] = all('contact').map(({ id }) => id)
    stage.ledger.account.remove('contact', first!)
    await stage.settle()
    stage.clock.advance(5000)
    await merge(survivor, second)
    await settleAll()
    await stage.deal(survivor, { name: 'A new one' })
    await settleAll()
    expect(all('contact').map(({ id }) => id)).toEqual([other])
    expect(all('deal').at(-1)).toMatchObject({ kept: { name: 'A new one' }, contactIds: [other] })
  })

  test('while the second is being made there are what it is there', async () => {
    stage.ledger.account.abilities.search = false
    const [survivor, second] = [await person('Anna', 1), await person('Anja', 2)]
    await stage.ask('contact', second, 'run:1')
    stage.afterWrite = () => merge(survivor, second)
    await stage.work()
    stage.afterWrite = undefined
    await stage.deal(survivor, { name: 'A new one' })
    await settleAll()
    expect(all('contact')).toHaveLength(1)
    expect(all('deal')).toMatchObject([{ contactIds: [all('contact')[0]!.id] }])
  })

  test('and merged there afterwards, into the one that nobody was here, have no twin made', async () => {
    const [survivor, second] = [await person('Anna', 1), await person('Anja', 2)]
    await stage.deal(survivor)
    await stage.deal(second)
    await stage.settle()
    const [first, other] = all('contact').map(({ id }) => id)
    stage.clock.advance(5000)
    await merge(survivor, second)
    await settleAll()
    stage.ledger.account.remove('contact', first!)
    await stage.settle()
    await stage.deal(survivor, { name: 'A new one' })
    await settleAll()
    expect(all('contact').map(({ id }) => id)).toEqual([other])
  })
})
