import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addIdentity } from '../../../../src/contacts/add-identity.ts'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { countContacts, listContacts } from '../../../../src/contacts/filters/list-contacts.store.ts'
import { removeIdentity } from '../../../../src/contacts/remove-identity.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject } from '../../../project.ts'

let fresh: FreshDatabase
let context: WorkContext

beforeAll(async () => {
  fresh = await freshDatabase()
  context = await makeProject(fresh.db)
  const make = (input: Parameters<typeof createContact>[2]) =>
    fresh.db.transaction((tx) => createContact(tx, context, input))
  await make({
    fields: { firstName: 'Анна-Мария', lastName: 'Королёва', phone: '+79161234567', email: 'anna@example.com' },
    identities: [
      { kind: 'phone', value: '+79265550011' },
      { kind: 'email', value: 'koroleva@work.ru' },
      { kind: 'telegram', value: '777123456' },
    ],
  })
  await make({ fields: { firstName: 'Левин', username: 'levin_100%', phone: '+49 30 123456' } })
  await make({ fields: { firstName: 'Ян' } })
  const other = await makeProject(fresh.db)
  await fresh.db.transaction((tx) => createContact(tx, other, { fields: { firstName: 'Анна-Мария' } }))
})
afterAll(() => fresh.drop())

const view = () => ({ projectId: context.projectId, now: context.now, further: [] })
const names = async (search: string) =>
  (await listContacts(fresh.db, view(), { search, sort: 'id' })).items.map((contact) => contact.firstName)

const anna = ['Анна-Мария']
const levin = ['Левин']
const everybody = ['Анна-Мария', 'Левин', 'Ян']

describe('a search', () => {
  it.each([
    // Words, in any order, case and with ё or е; parts of them as they are typed.
    ['анна', anna],
    ['АННА королева', anna],
    ['королёва анна', anna],
    ['орол', anna],
    ['мария', anna],
    ['анна левин', []],
    ['  анна \t королёва ', anna],
    ['Анна - Королёва', anna],
    // One or two letters are the begin of a word.
    ['а', anna],
    ['ан', anna],
    ['ко', anna],
    ['ва', []],
    ['ян', ['Ян']],
    // Addresses and names of users, all that a contact has.
    ['EXAMPLE', anna],
    ['koroleva@work', anna],
    ['@levin', levin],
    ['levin_100%', levin],
    ['levin_1', levin],
    ['levinx100', []],
    ['100%', levin],
    ['777123456', []],
    // Phones in every spelling, whole, begun, or by the last digits.
    ['+7 (916) 123-45-67', anna],
    ['8 (916) 123-45-67', anna],
    ['89161234567', anna],
    ['79161234567', anna],
    ['9161234567', anna],
    ['+79161234567', anna],
    ['8916', anna],
    ['8 (916) 12', anna],
    ['+7916', anna],
    ['916', anna],
    ['4567', anna],
    ['45-67', anna],
    ['123-45', ['Анна-Мария', 'Левин']],
    ['8926555', anna],
    ['0049 30 12', levin],
    ['+49 30 123456', levin],
    ['анна 8916', anna],
    ['левин 8916', []],
    ['+7 (495) 123-45-67', []],
    // What means nothing, and what means something to the database only.
    ['', everybody],
    ['   ', everybody],
    ['%', []],
    ['%%%', []],
    ['___', []],
    ['_%_', []],
    ['\\', []],
    ['\\%', []],
    ["'", []],
    ["'; drop table contacts; --", []],
    ["анна' or '1'='1", []],
    ['анна\0', anna],
    ['\ud800', []],
    ['$1', []],
    ['(((', []],
    ['+++', []],
    ['qwzx', []],
  ])('for %j finds %j', async (search, expected) => {
    expect(await names(search)).toEqual(expected)
  })

  it('goes by names, phones and e-mails as they are at present', async () => {
    const contact = await fresh.db.transaction((tx) =>
      createContact(tx, context, { fields: { firstName: 'Olaf', phone: '+79031112233' } }),
    )
    expect(await names('olaf')).toEqual(['Olaf'])
    await fresh.db.transaction((tx) =>
      updateContact(tx, context, { contactId: contact.id, fields: { firstName: 'Gustav', phone: null } }),
    )
    expect(await names('olaf')).toEqual([])
    expect(await names('gustav')).toEqual(['Gustav'])
    // The phone that it had stays an identity, until that is removed.
    expect(await names('89031112233')).toEqual(['Gustav'])
    await fresh.db.transaction((tx) =>
      addIdentity(tx, context, { contactId: contact.id, kind: 'email', value: 'gustav@work.ru' }),
    )
    expect(await names('gustav@work')).toEqual(['Gustav'])
    await fresh.db.transaction((tx) =>
      removeIdentity(tx, context, { contactId: contact.id, kind: 'phone', value: '+79031112233' }),
    )
    expect(await names('89031112233')).toEqual([])
    await fresh.db.query('delete from contacts where id = $1', [contact.id])
    expect(await names('gustav')).toEqual([])
    expect(await fresh.db.query('select * from contact_search where contact_id = $1', [contact.id])).toEqual([])
  })

  it('counts what it finds', async () => {
    expect(await countContacts(fresh.db, view(), { search: '123' })).toEqual({ count: 2, more: false })
  })
})
