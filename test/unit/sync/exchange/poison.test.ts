import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addNote } from '../../../../src/contacts/add-note.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
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
afterEach(async () => {
  await stage.stop()
  expect(stage.ledger.account.refused).toEqual([])
  expect(stage.ledger.account.duplicates()).toEqual([])
})

const all = (entity: 'contact' | 'deal' | 'note' | 'task') => stage.ledger.account.all(entity)
const person = (i: number) => stage.contact({ fields: { firstName: `Person ${i}`, phone: `+7916123${1000 + i}` } })
/** Lets time pass, by half seconds as the worker looks. */
const pass = async (seconds: number) => {
  for (let i = 0; i < seconds * 2; i++) {
    await stage.work()
    stage.clock.advance(500)
  }
}

test('two pushes in doubt about one new contact do not wait for one another', async () => {
  const contactId = await person(1)
  await stage.deal(contactId, { name: 'One' })
  await stage.deal(contactId, { name: 'Two' })
  stage.ledger.account.abilities.batch = 1
  await stage.update({ pausedUntil: new Date(stage.clock.now().getTime() + 3_600_000) })
  await stage.work()
  // As a process left them that died after it took both up.
  await stage.db.query(`update crm_pushes set status = 'working', started_by = 'dead', first_started_at = created_at`)
  await stage.update({ pausedUntil: null })
  await stage.takeOver()
  await pass(20)
  expect((await stage.pushes()).map(({ status }) => status)).toEqual(['done', 'done'])
  expect(all('contact')).toHaveLength(1)
})

test('what cannot be looked for or read for one thing does not end the others', async () => {
  for (let i = 0; i < 5; i++) await stage.deal(await person(i), { name: `Deal ${i}` })
  // The vendor refuses to look for the third person, every time.
  stage.refuseFinding = (phones) => phones.includes('+79161231002')
  await pass(60)
  expect(all('deal').map(({ kept }) => kept.name)).toEqual(['Deal 0', 'Deal 1', 'Deal 3', 'Deal 4'])
  const pushes = await stage.pushes()
  expect(pushes.map(({ status }) => status)).toEqual(['done', 'done', 'dead', 'done', 'done'])
  expect(pushes[2]).toMatchObject({ errorCode: 'invalid', error: expect.stringContaining('search') })
})

test('a push that never gets an answer keeps no news from coming in', async () => {
  const contactId = await person(1)
  await stage.deal(contactId)
  await stage.settle()
  const [contact] = all('contact')
  stage.clock.advance(5000)
  stage.ledger.writeFaults = Array.from({ length: 100 }, () => ({ kind: 'before' as const }))
  await stage.do((tx, context) => updateContact(tx, context, { contactId, fields: { firstName: 'Anna' } }))
  await stage.do((tx, context) => addNote(tx, context, { contactId: contactId, text: 'Likes red.' }))
  await pass(30)
  expect((await stage.pushes()).filter(({ doubtful }) => doubtful)).toHaveLength(2)
  const { account } = stage.ledger
  const other = account.add('contact', { first_name: 'Person 2', phone: ['+79161231002'] })
  await person(2)
  account.add('deal', { name: 'Of theirs', stage: 'sales/new' }, { contact: { id: contact!.id } })
  account.add('deal', { name: 'Of another', stage: 'sales/new' }, { contact: { id: other.id } })
  await stage.listen()
  await pass(30)
  account.add('note', { text: 'Of another' }, { on: { entity: 'contact', id: other.id } })
  await stage.listen()
  await pass(60)
  const names = await stage.db.query<{ name: string }>('select name from deals order by name')
  expect(names.map(({ name }) => name)).toEqual(['A red car', 'Of another', 'Of theirs'])
  expect(await stage.db.query(`select id from notes where text = 'Of another'`)).toHaveLength(1)
})
