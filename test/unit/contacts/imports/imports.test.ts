import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'
import { recordedChanges } from '../../../project.ts'
import { counts, importFile, outcomes, upload, workOn } from './importing.ts'

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
const contactChanges = async () => (await recordedChanges(fresh.db)).filter(({ kind }) => kind.startsWith('contact.'))

describe('an import', () => {
  it('makes contacts of rows, with fields, attributes, labels, identities and who is responsible', async () => {
    const olga = (
      await gateway.call('POST', '/operators', {
        name: 'Olga',
        email: 'Olga@example.com',
        role: 'manager',
        onShift: true,
      })
    ).body
    await gateway.call('POST', '/attributes', { name: 'visit', type: 'date', title: 'Визит' })
    await gateway.call('POST', '/attributes', { name: 'colours', type: 'choices', choices: ['red', 'blue'] })
    const done = await run(
      'ФИО;Телефон;E-mail;Страна;Визит;colours;Теги;Ответственный;identity.telegram\n' +
        'Иванова Анна;"8 916 123-45-67, +7 495 123 45 67";Anna@Example.com;Россия;31.12.2026;red,blue;vip;olga@example.com;42\n',
      { labels: ['import'] },
    )
    expect(await outcomes(gateway, done.id)).toEqual([['made', null]])
    expect(done).toMatchObject({ status: 'done', rows: 1, done: 1, made: 1 })
    const [anna] = await contacts()
    expect(anna).toMatchObject({
      firstName: 'Анна',
      lastName: 'Иванова',
      phone: '+79161234567',
      email: 'anna@example.com',
      country: 'RU',
      attributes: { visit: '2026-12-31', colours: ['red', 'blue'] },
      labels: ['import', 'vip'],
      responsibleId: olga.id,
    })
    expect(anna.identities).toEqual([
      { kind: 'phone', value: '+79161234567' },
      { kind: 'phone', value: '+74951234567' },
      { kind: 'email', value: 'anna@example.com' },
      { kind: 'telegram', value: '42' },
    ])
    expect(await contactChanges()).toEqual([
      { kind: 'contact.created', data: {} },
      { kind: 'contact.label_added', data: { label: 'import' } },
      { kind: 'contact.label_added', data: { label: 'vip' } },
      { kind: 'contact.responsible_changed', data: { from: null, to: olga.id } },
    ])
  })

  it('changes what differs of contacts that are there, leaves empty cells alone, and says who did it', async () => {
    const { id } = await make({ firstName: 'Anna', lastName: 'Ek', phone: '+79161234567', labels: ['old'] })
    const done = await run('First name,Last name,Phone,Email\nAnne,,89161234567,anne@example.com\n', {
      labels: ['new'],
    })
    expect(counts(done)).toEqual([0, 1, 0, 0])
    expect((await contacts())[0]).toMatchObject({
      id,
      firstName: 'Anne',
      lastName: 'Ek',
      email: 'anne@example.com',
      labels: ['old', 'new'],
    })
    expect((await contactChanges()).slice(2)).toEqual([
      { kind: 'contact.updated', data: { fields: { firstName: ['Anna', 'Anne'], email: [null, 'anne@example.com'] } } },
      { kind: 'contact.identity_added', data: { identity: { kind: 'email', value: 'anne@example.com' } } },
      { kind: 'contact.label_added', data: { label: 'new' } },
    ])
    const [by] = await fresh.db.query<{ by: unknown }>(
      `select data->'by' as by from changes where kind = 'contact.updated'`,
    )
    expect(by).toEqual({ by: { kind: 'operator', id: done.operatorId } })
  })

  it('of the same file a second time changes nothing', async () => {
    const rows = Array.from(
      { length: 450 },
      (_, index) => `Name ${index},+7916${1_000_000 + index},p${index % 400}@example.com`,
    )
    const file = `name,phone,email\n${rows.join('\n')}\n`
    const first = await run(file, { labels: ['x'] })
    expect(counts(first)).toEqual([400, 0, 0, 50])
    const before = await contactChanges()
    const people = await contacts()
    const second = await run(file, { labels: ['x'] })
    expect(counts(second)).toEqual([0, 0, 400, 50])
    expect(await contactChanges()).toEqual(before)
    expect(await contacts()).toEqual(people)
    expect((await outcomes(gateway, second.id)).slice(0, 1)).toEqual([['unchanged', null]])
  })

  it('started again goes through all rows anew', async () => {
    const { id } = await run('phone\n+79161234567\n')
    expect((await gateway.call('POST', `/contact-imports/${id}/start`, {})).status).toBe(202)
    await workOn(fresh.db, gateway)
    expect(counts((await gateway.call('GET', `/contact-imports/${id}`)).body)).toEqual([0, 0, 1, 0])
  })

  it('says what would become of the rows without doing it, and does just that then', async () => {
    await make({ firstName: 'Anna', phone: '+79161234567' })
    const rows = Array.from({ length: 300 }, (_, index) => `N${index},+7917${1_000_000 + (index % 290)}`)
    const file = `name,phone\nAnne,+79161234567\nAnna,x\n${rows.join('\n')}\n`
    const before = await contactChanges()
    const dry = await run(file, { dryRun: true })
    expect(dry).toMatchObject({ status: 'checked', made: 290, updated: 1, unchanged: 0, refused: 11 })
    expect(await contactChanges()).toEqual(before)
    expect((await contacts()).length).toBe(1)
    const foretold = await outcomes(gateway, dry.id)
    await gateway.call('POST', `/contact-imports/${dry.id}/start`, {})
    await workOn(fresh.db, gateway)
    expect(counts((await gateway.call('GET', `/contact-imports/${dry.id}`)).body)).toEqual([290, 1, 0, 11])
    expect(await outcomes(gateway, dry.id)).toEqual(foretold)
  })

  it('tells how far it is in the log of changes', async () => {
    const rows = Array.from({ length: 250 }, (_, index) => `+7916${1_000_000 + index}`)
    const { id } = await run(`phone\n${rows.join('\n')}\n`)
    const told = (await recordedChanges(fresh.db)).filter(({ kind }) => kind.startsWith('import.'))
    expect(told.map(({ kind, data }) => [kind, data.done])).toEqual([
      ['import.uploaded', 0],
      ['import.started', 0],
      ['import.progressed', 100],
      ['import.progressed', 200],
      ['import.finished', 250],
    ])
    expect(told.at(-1)!.data).toMatchObject({ importId: id, rows: 250, made: 250 })
  })
})

describe('the start of an import', () => {
  it.each([
    [{ targets: ['phone'] }, 'targets', 'expected one for each of the 2 columns'],
    [{ targets: ['phone', 'shoe'] }, 'targets[1]', '"shoe" is nothing that a column can be taken for'],
    [{ targets: ['phone', 'attributes.shoe'] }, 'targets[1]', 'the project has no attribute "shoe"'],
    [{ targets: ['first_name', 'first_name'] }, 'targets[1]', 'another column is taken for "first_name" already'],
    [{ targets: ['first_name', null] }, 'findBy', 'nothing tells who a contact is'],
    [{ findBy: ['email'] }, 'findBy[0]', 'no column is taken for "email"'],
    [{ findBy: ['first_name'] }, 'findBy[0]', 'contacts cannot be found by "first_name"'],
    [{ labels: [' '] }, 'labels', 'is empty'],
    [{ mode: 'all' }, 'mode', 'Invalid option'],
  ])('with %j is refused at %s', async (start, path, message) => {
    const { body } = await upload(gateway, 'phone,name\n+79161234567,A\n')
    const refused = await gateway.call('POST', `/contact-imports/${body.id}/start`, start)
    expect(refused.status).toBe(400)
    const fault = refused.body.errors.find((each: { path: string }) => each.path === path)
    expect(fault?.message).toContain(message)
  })

  it('is refused while it is under way, which can be cancelled and deleted', async () => {
    const rows = Array.from({ length: 250 }, (_, index) => `+7916${1_000_000 + index}`)
    const { body } = await upload(gateway, `phone\n${rows.join('\n')}\n`)
    const path = `/contact-imports/${body.id}`
    expect((await gateway.call('POST', `${path}/cancel`)).status).toBe(409)
    await gateway.call('POST', `${path}/start`, {})
    expect((await gateway.call('POST', `${path}/start`, {})).status).toBe(409)
    expect((await gateway.call('DELETE', path)).status).toBe(409)

    const afterOne = new AbortController()
    const heard = gateway.services.signals.subscribe('changes', () => afterOne.abort())
    await workOn(fresh.db, gateway, afterOne.signal)
    heard()
    expect((await gateway.call('POST', `${path}/cancel`)).body).toMatchObject({ status: 'cancelled', done: 100 })
    await workOn(fresh.db, gateway)
    expect((await contacts()).length).toBe(100)
    expect((await gateway.call('GET', path)).body).toMatchObject({ status: 'cancelled', done: 100 })
    expect((await gateway.call('DELETE', path)).status).toBe(204)
    expect((await gateway.call('GET', path)).status).toBe(404)
    expect(
      await fresh.db.query('select 1 from contact_import_rows union all select 1 from contact_import_keys'),
    ).toEqual([])
  })
})

describe('the report', () => {
  const report = async (id: number, query = '') => {
    const response = await gateway.app.request(`/api/v1/contact-imports/${id}/report${query}`, {
      headers: { authorization: `Bearer ${gateway.key}` },
    })
    return { type: response.headers.get('content-type'), text: await response.text() }
  }

  it('has the rows as they came, what became of each and why, and no cell that is a formula', async () => {
    const { id } = await run('name;phone;note\n=1+1;+79161234567;"a;b"\n@x;;-1\nB;12;\n')
    const { type, text } = await report(id)
    expect(type).toBe('text/csv; charset=utf-8')
    const [{ id: contactId }] = await contacts()
    expect(Buffer.from(text).toString()).toBe(
      'name;phone;note;Row;Result;Contact;Reason\r\n' +
        `'=1+1;'+79161234567;"a;b";1;made;${contactId};\r\n` +
        `'@x;;'-1;2;refused;;Nothing tells who this is: the row has none of phone.\r\n` +
        'B;12;;3;refused;;"phone: ""12"" is not a phone; expected a phone number such as +79161234567."\r\n',
    )
    expect((await report(id, '?outcome=refused')).text).not.toContain('made')
  })

  it('can be corrected and imported', async () => {
    const { id } = await run('first name,phone\nAnna,+79161234567\n=B,12\n')
    const corrected = (await report(id)).text.replace('12,2', "'+79160000000,2")
    const again = await run(corrected)
    expect(counts(again)).toEqual([1, 0, 1, 0])
    expect((await contacts()).at(-1)).toMatchObject({ firstName: '=B', phone: '+79160000000' })
  })
})
