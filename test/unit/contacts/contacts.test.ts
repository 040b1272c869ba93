import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addLabels } from '../../../src/contacts/add-labels.ts'
import { addNote } from '../../../src/contacts/add-note.ts'
import { blockContact } from '../../../src/contacts/block-contact.ts'
import { contactScope, contactView } from '../../../src/contacts/contact.ts'
import { identitiesOf, listNotes } from '../../../src/contacts/contacts.store.ts'
import { createAttribute } from '../../../src/contacts/create-attribute.ts'
import { createContact } from '../../../src/contacts/create-contact.ts'
import { countContacts } from '../../../src/contacts/filters/list-contacts.store.ts'
import { findOrCreateContact } from '../../../src/contacts/find-or-create-contact.ts'
import { getContact } from '../../../src/contacts/get-contact.ts'
import { removeLabels } from '../../../src/contacts/remove-labels.ts'
import { unblockContact } from '../../../src/contacts/unblock-contact.ts'
import { updateContact } from '../../../src/contacts/update-contact.ts'
import type { AppError } from '../../../src/platform/errors.ts'
import type { WorkContext } from '../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { makeProject, recordedChanges } from '../../project.ts'

let fresh: FreshDatabase
let context: WorkContext
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  context = await makeProject(fresh.db)
})
afterAll(() => fresh.drop())

type Verb<Input, Result> = (
  tx: Parameters<Parameters<FreshDatabase['db']['transaction']>[0]>[0],
  context: WorkContext,
  input: Input,
) => Promise<Result>
const run = <Input, Result>(verb: Verb<Input, Result>, input: Input): Promise<Result> =>
  fresh.db.transaction((tx) => verb(tx, context, input))

const identitiesOfContact = async (id: number) => (await identitiesOf(fresh.db, [id])).get(id)

describe('a contact', () => {
  it('is made with its phone in E.164, which is an identity like its e-mail', async () => {
    const contact = await run(createContact, {
      fields: { firstName: ' Анна ', phone: '8 (916) 123-45-67', email: 'Anna@Example.com' },
      identities: [{ kind: 'telegram', value: '77' }],
      labels: ['vip'],
    })
    expect(contact).toMatchObject({
      firstName: 'Анна',
      phone: '+79161234567',
      email: 'anna@example.com',
      labels: ['vip'],
    })
    expect(await identitiesOfContact(contact.id)).toEqual([
      { kind: 'telegram', value: '77' },
      { kind: 'phone', value: '+79161234567' },
      { kind: 'email', value: 'anna@example.com' },
    ])
    expect(await recordedChanges(fresh.db)).toEqual([
      { kind: 'contact.created', data: {} },
      { kind: 'contact.label_added', data: { label: 'vip' } },
    ])
  })

  it('is refused with every fault at once', async () => {
    const refused = await run(createContact, {
      fields: { phone: '12', timeZone: 'Mars/Olympus' },
      attributes: { shoe: 44 },
      identities: [{ kind: 'Bad kind', value: '1' }],
    }).catch((error: AppError) => error)
    expect((refused as AppError).faults.map((fault) => fault.path)).toEqual([
      'phone',
      'timeZone',
      'attributes.shoe',
      'identities[0].kind',
    ])
    expect(await countContacts(fresh.db, { ...context, further: [] }, {})).toEqual({ count: 0, more: false })
  })

  it('records before and after of what really changed, and nothing when nothing did', async () => {
    await run(createAttribute, { name: 'city', type: 'text' })
    const { id } = await run(createContact, { fields: { firstName: 'Anna', lastName: 'Ek' } })
    await run(updateContact, {
      contactId: id,
      fields: { firstName: 'Anne', lastName: 'Ek' },
      attributes: { city: 'Oslo' },
    })
    await run(updateContact, { contactId: id, fields: { firstName: 'Anne' }, attributes: { city: 'Oslo' } })
    const cleared = await run(updateContact, { contactId: id, attributes: { city: null } })
    expect(cleared.attributes).toEqual({})
    expect((await recordedChanges(fresh.db)).filter((change) => change.kind === 'contact.updated')).toEqual([
      { kind: 'contact.updated', data: { fields: { firstName: ['Anna', 'Anne'], 'attributes.city': [null, 'Oslo'] } } },
      { kind: 'contact.updated', data: { fields: { 'attributes.city': ['Oslo', null] } } },
    ])
  })

  it('leaves a phone that is the identity of another contact where it is', async () => {
    const first = await run(createContact, { fields: { phone: '+79161234567' } })
    const second = await run(createContact, { fields: { firstName: 'Boris' } })
    const updated = await run(updateContact, { contactId: second.id, fields: { phone: '+79161234567' } })
    expect(updated.phone).toBe('+79161234567')
    expect(await identitiesOfContact(first.id)).toEqual([{ kind: 'phone', value: '+79161234567' }])
    expect(await identitiesOfContact(second.id)).toBeUndefined()
  })

  it('of another project is not found', async () => {
    const { id } = await run(createContact, {})
    const other = await makeProject(fresh.db)
    await expect(getContact(fresh.db, other.projectId, id)).rejects.toThrow(
      `There is no contact ${id} in this project.`,
    )
    await expect(
      fresh.db.transaction((tx) => updateContact(tx, other, { contactId: id, fields: { firstName: 'X' } })),
    ).rejects.toThrow('no contact')
  })

  it('shows attributes beside its fields to placeholders, the fields first', async () => {
    await run(createAttribute, { name: 'budget', type: 'number' })
    const contact = await run(createContact, { fields: { firstName: 'Anna' }, attributes: { budget: '1 500,5' } })
    expect(contactScope(contact)).toMatchObject({ first_name: 'Anna', name: 'Anna', budget: 1500.5, phone: null })
  })

  it('can be given an operator of its own project only', async () => {
    const { id } = await run(createContact, {})
    const operatorId = (context.by as { id: number }).id
    expect((await run(updateContact, { contactId: id, responsibleId: operatorId })).responsibleId).toBe(operatorId)
    expect((await recordedChanges(fresh.db)).at(-1)).toEqual({
      kind: 'contact.responsible_changed',
      data: { from: null, to: operatorId },
    })
    await expect(run(updateContact, { contactId: id, responsibleId: 999 })).rejects.toThrow(
      'responsibleId: there is no operator 999',
    )
  })
})

describe('labels and notes', () => {
  it('set a label once, however often it is added', async () => {
    const { id } = await run(createContact, {})
    await run(addLabels, { contactId: id, labels: ['vip', ' vip ', 'hot'] })
    await run(addLabels, { contactId: id, labels: ['vip'] })
    const contact = await run(removeLabels, { contactId: id, labels: ['hot', 'never'] })
    expect(contact.labels).toEqual(['vip'])
    expect((await recordedChanges(fresh.db)).slice(1)).toEqual([
      { kind: 'contact.label_added', data: { label: 'vip' } },
      { kind: 'contact.label_added', data: { label: 'hot' } },
      { kind: 'contact.label_removed', data: { label: 'hot' } },
    ])
    await expect(run(addLabels, { contactId: id, labels: [' '] })).rejects.toThrow('A label is empty')
  })

  it('keep every label of two that are added at the same time', async () => {
    const { id } = await run(createContact, {})
    await Promise.all(['a', 'b', 'c'].map((label) => run(addLabels, { contactId: id, labels: [label] })))
    expect((await getContact(fresh.db, context.projectId, id)).labels.sort()).toEqual(['a', 'b', 'c'])
  })

  it('write a note down with the operator who wrote it', async () => {
    const { id } = await run(createContact, {})
    const note = await run(addNote, { contactId: id, text: ' Call back ' })
    expect(note).toMatchObject({ text: 'Call back', operatorId: (context.by as { id: number }).id })
    expect((await listNotes(fresh.db, context.projectId, { contactId: id })).items).toEqual([note])
    expect((await recordedChanges(fresh.db)).at(-1)).toEqual({
      kind: 'note.added',
      data: { noteId: note.id, text: 'Call back' },
    })
    await expect(run(addNote, { contactId: id, text: '' })).rejects.toThrow('is empty')
  })
})

describe('findOrCreateContact', () => {
  it('makes one contact of twenty simultaneous calls', async () => {
    const found = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        run(findOrCreateContact, {
          findBy:
            index % 2
              ? [
                  { kind: 'phone', value: '+79161234567' },
                  { kind: 'email', value: 'a@b.co' },
                ]
              : [
                  { kind: 'email', value: 'A@b.co' },
                  { kind: 'phone', value: '89161234567' },
                ],
        }),
      ),
    )
    expect(new Set(found.map(({ contact }) => contact.id)).size).toBe(1)
    expect(found.filter(({ created }) => created)).toHaveLength(1)
  })

  it('lets the first identity that finds somebody win, and adds those that nobody has', async () => {
    const anna = await run(createContact, { fields: { email: 'anna@example.com' } })
    const boris = await run(createContact, { fields: { phone: '+79161234567' } })
    const { contact, created } = await run(findOrCreateContact, {
      findBy: [
        { kind: 'telegram', value: '5' },
        { kind: 'email', value: 'anna@example.com' },
        { kind: 'phone', value: '+79161234567' },
      ],
    })
    expect({ id: contact.id, created }).toEqual({ id: anna.id, created: false })
    expect(await identitiesOfContact(anna.id)).toEqual([
      { kind: 'email', value: 'anna@example.com' },
      { kind: 'telegram', value: '5' },
    ])
    expect(await identitiesOfContact(boris.id)).toEqual([{ kind: 'phone', value: '+79161234567' }])
  })
})

describe('a block', () => {
  it('keeps a contact out until its moment, and without end when none is named', async () => {
    const { id } = await run(createContact, {})
    const until = new Date(context.now.getTime() + 3_600_000)
    const blocked = await run(blockContact, { contactId: id, until, reason: 'rude' })
    expect(contactView(blocked, [], context.now).blocked).toMatchObject({ until: until.toISOString(), reason: 'rude' })
    expect(contactView(blocked, [], until).blocked).toBeNull()
    expect(contactView(await run(blockContact, { contactId: id }), [], until).blocked).toMatchObject({ until: null })
    await expect(run(blockContact, { contactId: id, until: context.now })).rejects.toThrow('which is over')
  })

  it('is lifted once', async () => {
    const { id } = await run(createContact, {})
    await run(blockContact, { contactId: id })
    await run(unblockContact, { contactId: id })
    await run(unblockContact, { contactId: id })
    expect((await recordedChanges(fresh.db)).map((change) => change.kind)).toEqual([
      'contact.created',
      'contact.blocked',
      'contact.unblocked',
    ])
  })
})
