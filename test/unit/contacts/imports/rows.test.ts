import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'
import { counts, importFile, outcomes } from './importing.ts'

let fresh: FreshDatabase
let gateway: TestGateway

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
})
afterAll(() => fresh.drop())

const run = (file: string, start: object = {}) => importFile(fresh.db, gateway, file, start)
const make = async (input: object) => (await gateway.call('POST', '/contacts', input)).body
const contacts = async () => (await gateway.call('GET', '/contacts?limit=200')).body.items.reverse()

describe('a row', () => {
  it('is refused with the reason and the contact that it means', async () => {
    const anna = await make({ firstName: 'Anna', phone: '+79161234567' })
    const boris = await make({ firstName: 'Boris', email: 'boris@example.com', username: 'bo' })
    const { id } = await run(
      'name,phone,email,language,id\n' +
        'A,12,,,\n' +
        'A,,nobody,xx-yy-zz-1,\n' +
        'A,,,,\n' +
        'A,+79161234567,boris@example.com,,\n' +
        'A,,,,999\n' +
        'A,,,,x\n' +
        'A,+79160000000,,,\n' +
        'B,8 916 000 00 00,,,\n' +
        'A,+79160000001,,,,more\n' +
        `A,+79161234567,,,${boris.id}\n`,
    )
    expect(await outcomes(gateway, id)).toEqual([
      ['refused', 'phone: "12" is not a phone; expected a phone number such as +79161234567.'],
      [
        'refused',
        'email: "nobody" is not a email; expected an e-mail address such as anna@example.com; language: "xx-yy-zz-1" is not a language; expected a BCP 47 tag such as de or pt-BR.',
      ],
      ['refused', 'Nothing tells who this is: the row has none of phone, email, id.'],
      [
        'refused',
        `It leads to several contacts: the phone +79161234567 belongs to contact ${anna.id} (Anna), the email boris@example.com belongs to contact ${boris.id} (Boris).`,
      ],
      ['refused', 'There is no contact 999.'],
      ['refused', 'id: "x" is not the number of a contact.'],
      ['made', null],
      ['refused', 'Row 7 is about the same person.'],
      ['refused', 'The row has 6 cells, but the head has 5.'],
      [
        'refused',
        `It leads to several contacts: the phone +79161234567 belongs to contact ${anna.id} (Anna), contact ${boris.id} belongs to contact ${boris.id} (Boris).`,
      ],
    ])
  })

  it('that holds what belongs to another contact is refused, whatever finds the contacts', async () => {
    const anna = await make({ firstName: 'Anna', phone: '+79161234567' })
    const { id } = await run('phone,email\n+79161234567,new@example.com\n', { findBy: ['email'] })
    expect(await outcomes(gateway, id)).toEqual([
      ['refused', `The phone +79161234567 belongs to contact ${anna.id} (Anna).`],
    ])
  })

  it('finds its contact by number, username or identity of a channel', async () => {
    const anna = await make({ firstName: 'Anna' })
    const boris = await make({ firstName: 'Boris', username: 'Bo_1' })
    const vera = await make({ firstName: 'Vera', identities: [{ kind: 'webchat', value: '1:visitor:x' }] })
    expect(counts(await run(`id,first name\n${anna.id},Anne\n`))).toEqual([0, 1, 0, 0])
    expect(counts(await run('username,first name\n@bo_1,Bob\n'))).toEqual([0, 1, 0, 0])
    expect(counts(await run('identity.webchat,first name\n1:visitor:x,Verena\n'))).toEqual([0, 1, 0, 0])
    const names = new Map(
      (await contacts()).map((contact: { id: number; firstName: string }) => [contact.id, contact.firstName]),
    )
    expect([anna.id, boris.id, vera.id].map((id) => names.get(id))).toEqual(['Anne', 'Bob', 'Verena'])
    await make({ firstName: 'Boris 2', username: 'bo_1' })
    const { id } = await run('username,first name\nbo_1,Bob\n')
    expect((await outcomes(gateway, id))[0]![1]).toContain('It leads to several contacts')
  })

  it('only makes, or only changes, where that is asked', async () => {
    const { id: known } = await make({ firstName: 'Anna', phone: '+79161234567' })
    const file = 'first name,phone\nAnne,+79161234567\nBoris,+79160000000\n'
    const update = await run(file, { mode: 'update' })
    expect(await outcomes(gateway, update.id)).toEqual([
      ['updated', null],
      ['refused', 'No contact has the phone +79160000000, and this import makes none.'],
    ])
    const create = await run(file.replace('Anne', 'Antje'), { mode: 'create' })
    expect(await outcomes(gateway, create.id)).toEqual([
      ['unchanged', `The contact is there already, as contact ${known} (Anne); this import only makes new ones.`],
      ['made', null],
    ])
  })

  it('leaves a further phone of its contact behind the first, and makes a new one the first', async () => {
    const { id } = await make({ phone: '+79161234567', identities: [{ kind: 'phone', value: '+74951234567' }] })
    expect(counts(await run('phone\n+74951234567\n'))).toEqual([0, 0, 1, 0])
    expect(counts(await run(`id,phone\n${id},+74950000000\n`))).toEqual([0, 1, 0, 0])
    const [contact] = await contacts()
    expect(contact.phone).toBe('+74950000000')
    expect(contact.identities).toHaveLength(3)
  })

  it('is read with its own country, or that of the project', async () => {
    await run('phone,country\n030 901820,Germany\n8 916 123 45 67,\n')
    expect((await contacts()).map((contact: { phone: string }) => contact.phone)).toEqual([
      '+4930901820',
      '+79161234567',
    ])
  })
})
