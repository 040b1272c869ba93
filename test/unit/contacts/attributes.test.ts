import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAttribute } from '../../../src/contacts/create-attribute.ts'
import { createContact } from '../../../src/contacts/create-contact.ts'
import { deleteAttribute } from '../../../src/contacts/delete-attribute.ts'
import { getContact } from '../../../src/contacts/get-contact.ts'
import { updateContact } from '../../../src/contacts/update-contact.ts'
import type { WorkContext } from '../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { makeProject } from '../../project.ts'

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

describe('an attribute', () => {
  const accepted: [type: string, given: unknown, kept: unknown][] = [
    ['text', 42, '42'],
    ['number', '-3.5', -3.5],
    ['number', '1 500,5', 1500.5],
    ['number', '1,500.25', 1500.25],
    ['number', '1.500,25', 1500.25],
    ['date', '30.11.2026', '2026-11-30'],
    ['date', '2026-11-30', '2026-11-30'],
    ['date', '1/2/2026', '2026-02-01'],
    ['datetime', '2026-11-30 18:00', '2026-11-30T15:00:00.000Z'],
    ['datetime', '30.11.2026 18:00:05', '2026-11-30T15:00:05.000Z'],
    ['datetime', '2026-11-30T18:00', '2026-11-30T15:00:00.000Z'],
    ['datetime', '2026-11-30T18:00:00+01:00', '2026-11-30T17:00:00.000Z'],
    ['choice', 'red', 'red'],
    ['choices', ['red', 'blue', 'red'], ['red', 'blue']],
    ['choice', ' RED ', 'red'],
    ['choices', 'Blue; red', ['blue', 'red']],
    ['boolean', 'true', true],
    ['boolean', 'Да', true],
    ['boolean', 'no', false],
    ['phone', '8 916 123 45 67', '+79161234567'],
    ['email', 'A@B.co', 'a@b.co'],
    ['link', 'https://example.com/x', 'https://example.com/x'],
  ]
  it.each(accepted)('of type %s keeps %j as %j', async (type, given, kept) => {
    await run(createAttribute, {
      name: 'field',
      type: type as 'text',
      ...(type.startsWith('choice') ? { choices: ['red', 'blue'] } : {}),
    })
    const contact = await run(createContact, { attributes: { field: given } })
    expect(contact.attributes).toEqual({ field: kept })
  })

  const refused: [type: string, given: unknown, expected: string][] = [
    ['text', { a: 1 }, 'a text'],
    ['number', 'many', 'a number'],
    ['number', '1.2.3', 'a number'],
    ['number', '12,34.5', 'a number'],
    ['number', '9'.repeat(400), 'a number'],
    ['date', '31.02.2026', 'a date'],
    ['date', '2026', 'a date'],
    ['date', '18:00', 'a date'],
    ['choices', 'red, green', 'a list of "red", "blue"'],
    ['datetime', 'tomorrow', 'a moment'],
    ['choice', 'green', 'one of "red", "blue"'],
    ['choices', ['red', 'green'], 'a list of "red", "blue"'],
    ['boolean', 'perhaps', 'true or false'],
    ['phone', '123', 'a phone number'],
    ['email', 'nobody', 'an e-mail address'],
    ['link', 'ftp://example.com', 'http:// or https://'],
  ]
  it.each(refused)('of type %s refuses %j and says what it expects', async (type, given, expected) => {
    await run(createAttribute, {
      name: 'field',
      type: type as 'text',
      ...(type.startsWith('choice') ? { choices: ['red', 'blue'] } : {}),
    })
    await expect(run(createContact, { attributes: { field: given } })).rejects.toThrow(expected)
  })

  it('that nobody defined is refused, or becomes a text where that is asked', async () => {
    const { id } = await run(createContact, {})
    await expect(run(updateContact, { contactId: id, attributes: { city: 'Oslo' } })).rejects.toThrow(
      'no attribute "city"',
    )
    const contact = await run(updateContact, { contactId: id, attributes: { city: 'Oslo' }, defineMissing: true })
    expect(contact.attributes).toEqual({ city: 'Oslo' })
    await expect(
      run(updateContact, { contactId: id, attributes: { first_name: 'Eve' }, defineMissing: true }),
    ).rejects.toThrow('cannot be the name of an attribute')
  })

  it('cannot take a taken name or the name of a field', async () => {
    await run(createAttribute, { name: 'city', type: 'text' })
    await expect(run(createAttribute, { name: 'city', type: 'number' })).rejects.toThrow(
      'has an attribute "city" already',
    )
    await expect(run(createAttribute, { name: 'phone', type: 'text' })).rejects.toThrow(
      'name of a field that every contact has',
    )
    await expect(run(createAttribute, { name: 'colour', type: 'choice' })).rejects.toThrow('choices: expected a list')
  })

  it('takes its values along when it is removed', async () => {
    const definition = await run(createAttribute, { name: 'city', type: 'text' })
    const { id } = await run(createContact, { attributes: { city: 'Oslo' } })
    await run(deleteAttribute, { attributeId: definition.id })
    expect((await getContact(fresh.db, context.projectId, id)).attributes).toEqual({})
  })
})
