import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { mergeContacts } from '../../../../src/contacts/merge/merge-contacts.ts'
import { undoMerge } from '../../../../src/contacts/merge/undo-merge.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { mergeFollowers } from '../../../../src/gateway/merge-followers.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
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
afterEach(() => stage.stop())

const merge = (survivorId: number, secondId: number) =>
  stage.do(async (tx, context) => {
    return (await mergeContacts(tx, context, { survivorId, secondId }, mergeFollowers)).merge.id
  })
const undo = (mergeId: number) => stage.do((tx, context) => undoMerge(tx, context, { mergeId }, mergeFollowers))
const contactLinks = async () =>
  (await stage.links())
    .filter(({ entity }) => entity === 'contact')
    .map(({ externalId, subjectId }) => [externalId, subjectId])
const person = (name: string, digit: number) =>
  stage.contact({ fields: { firstName: name, phone: `+7916123456${digit}` } })

test('a link of the second contact goes to the survivor, what is pushed then is the survivor’s, and it goes back', async () => {
  const survivor = await person('Anna', 1)
  const second = await person('Anja', 2)
  await stage.deal(second)
  await stage.settle()
  const [[externalId]] = (await contactLinks()) as [[string]]
  stage.clock.advance(5000)
  const mergeId = await merge(survivor, second)
  await stage.settle()
  expect(await contactLinks()).toEqual([[externalId, survivor]])
  const there = () => stage.ledger.account.show(stage.ledger.account.find('contact', externalId)!).values
  expect(there()).toMatchObject({ first_name: 'Anna', phone: ['+79161234562', '+79161234561'] })
  stage.clock.advance(5000)
  await undo(mergeId)
  await stage.settle()
  expect(await contactLinks()).toEqual([[externalId, second]])
  expect(there()).toMatchObject({ first_name: 'Anja', phone: ['+79161234562'] })
})

test('where both were linked the survivor stays what it was there, and the other is nobody’s until the undo', async () => {
  const survivor = await person('Anna', 1)
  const second = await person('Anja', 2)
  await stage.deal(survivor)
  await stage.deal(second)
  await stage.settle()
  const [[first], [other]] = (await contactLinks()) as [[string], [string]]
  const mergeId = await merge(survivor, second)
  await stage.settle()
  expect(await contactLinks()).toEqual([
    [first, survivor],
    [other, null],
  ])
  // What somebody changes of it there is nothing of ours now.
  stage.clock.advance(5000)
  stage.ledger.account.edit('contact', other, { last_name: 'Changed' })
  await stage.settle()
  expect(await stage.db.query(`select id from contacts where last_name = 'Changed'`)).toEqual([])
  await undo(mergeId)
  await stage.settle()
  expect(await contactLinks()).toEqual([
    [first, survivor],
    [other, second],
  ])
  stage.clock.advance(5000)
  await stage.do((tx, context) => updateContact(tx, context, { contactId: second, fields: { firstName: 'Johanna' } }))
  await stage.settle()
  expect(stage.ledger.account.find('contact', other)!.kept.first_name).toBe('Johanna')
  expect(stage.ledger.account.find('contact', first)!.kept.first_name).toBe('Anna')
})

test('what waits for the second contact is told as the survivor’s', async () => {
  const survivor = await person('Anna', 1)
  const second = await person('Anja', 2)
  await stage.ask('contact', second, 'run:1', { addTags: ['from the bot'] })
  await merge(survivor, second)
  await stage.settle()
  expect(await contactLinks()).toMatchObject([[expect.any(String), survivor]])
  expect(stage.ledger.account.all('contact')).toMatchObject([{ kept: { first_name: 'Anna' }, tags: ['from the bot'] }])
})

test('a merge from before there were other CRMs can be undone', async () => {
  const mergeId = await merge(await person('Anna', 1), await person('Anja', 2))
  await stage.db.query(`update contact_merges set journal = journal - 'sync'`)
  await undo(mergeId)
})
