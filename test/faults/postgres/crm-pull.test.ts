import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { identitiesOf, lockIdentities } from '../../../src/contacts/contacts.store.ts'
import { contactForUpdate, getContact } from '../../../src/contacts/get-contact.ts'
import type { Database } from '../../../src/platform/database/database.ts'
import { openPostgres } from '../../../src/platform/database/postgres.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type Stage, setStage } from '../../unit/sync/exchange/stage.ts'

let fresh: FreshDatabase
let other: Database
let stage: Stage
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  other = openPostgres(fresh.url!)
  stage = await setStage(fresh.db)
})
afterEach(async () => {
  await stage.stop()
  await other.close()
})
afterAll(() => fresh.drop())

it.each([
  ['gives a contact a phone', ['+79161234567', '+79990001122'], '+79990001122'],
  ['takes a phone from a contact', [], '+79161234567'],
])(
  'another CRM that %s waits for who is changing that phone, and stands in nobody’s way',
  async (_, phone, changed) => {
    const contactId = await stage.contact({ fields: { firstName: 'Anna', phone: '+79161234567' } })
    await stage.deal(contactId)
    await stage.settle()
    stage.clock.advance(10_000)
    stage.ledger.account.edit('contact', stage.ledger.account.all('contact')[0]!.id, { first_name: 'Anne', phone })
    await stage.listen()
    const { projectId } = stage.context()
    let pulling: Promise<void> | undefined
    // What every change of a contact's phone does, with the other CRM's change in its midst.
    await other.transaction(async (tx) => {
      await lockIdentities(tx, projectId, [{ kind: 'phone', value: changed }])
      pulling = stage.work()
      await vi.waitFor(
        async () => {
          expect(
            await other.query(
              'select 1 from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())',
            ),
          ).not.toEqual([])
        },
        { timeout: 10_000 },
      )
      await contactForUpdate(tx, projectId, contactId)
    })
    await pulling
    expect(await getContact(fresh.db, projectId, contactId)).toMatchObject({ firstName: 'Anne' })
    const phones = (await identitiesOf(fresh.db, [contactId])).get(contactId) ?? []
    expect(phones.map(({ value }) => value)).toEqual(phone)
  },
)
