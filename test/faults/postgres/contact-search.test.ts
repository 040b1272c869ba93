import { afterAll, beforeAll, expect, it } from 'vitest'
import { attachIdentities } from '../../../src/contacts/contacts.store.ts'
import { createContact } from '../../../src/contacts/create-contact.ts'
import { listContacts } from '../../../src/contacts/filters/list-contacts.store.ts'
import type { Tx } from '../../../src/platform/database/database.ts'
import type { WorkContext } from '../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { makeProject } from '../../project.ts'

let fresh: FreshDatabase
let context: WorkContext
beforeAll(async () => {
  fresh = await freshDatabase()
  context = await makeProject(fresh.db)
})
afterAll(() => fresh.drop())

const findsOne = async (search: string) =>
  (await listContacts(fresh.db, { projectId: context.projectId, now: context.now, further: [] }, { search })).items
    .length === 1

it('a contact is found by all that was changed of it at the same time', async () => {
  const contact = await fresh.db.transaction((tx) => createContact(tx, context, { fields: { firstName: 'Anna' } }))
  const owner = { projectId: context.projectId, contactId: contact.id, now: context.now }
  const changes: ((tx: Tx) => Promise<unknown>)[] = [
    (tx) => attachIdentities(tx, owner, [{ kind: 'phone', value: '+79161234567' }]),
    (tx) => attachIdentities(tx, owner, [{ kind: 'email', value: 'anna@example.com' }]),
    (tx) => tx.query(`update contacts set last_name = 'Karenina' where id = $1`, [contact.id]),
    (tx) => tx.query(`update contacts set username = 'countess' where id = $1`, [contact.id]),
  ]
  // Each has begun and seen the contact as it was before any of them writes.
  let begun = 0
  let go = () => {}
  const all = new Promise<void>((resolve) => {
    go = resolve
  })
  await Promise.all(
    changes.map((change) =>
      fresh.db.transaction(async (tx) => {
        await tx.query('select * from contact_search')
        if (++begun === changes.length) go()
        await all
        await change(tx)
      }),
    ),
  )
  for (const search of ['89161234567', 'anna@example', 'karenina', 'countess', 'anna karenina'])
    expect(await findsOne(search), search).toBe(true)
})
