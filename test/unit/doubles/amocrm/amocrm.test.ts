import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AmocrmDouble, startAmocrm } from '../../../doubles/amocrm/amocrm.ts'
import { caller } from './calls.ts'

let double: AmocrmDouble
let call: ReturnType<typeof caller>
beforeEach(async () => {
  double = await startAmocrm({ perIntegration: 1000, perAccount: 1000 })
  call = caller(double)
})
afterEach(() => double.stop())

const phone = (value: string) => ({ field_code: 'PHONE', values: [{ value, enum_code: 'MOB' }] })
const why = () => double.refused().map((one) => one.why)

describe('deals and contacts', () => {
  it('are made together, found newest first and changed, and nothing of it is refused', async () => {
    const [pipeline] = double.account.pipelines
    const answer = await call('POST', 'leads/complex', [
      {
        name: 'Стол',
        price: 5000,
        pipeline_id: pipeline!.id,
        status_id: pipeline!.statuses[2]!.id,
        tags_to_add: [{ name: 'сайт' }],
        request_id: 'a',
        _embedded: {
          contacts: [{ first_name: 'Анна', last_name: 'К', custom_fields_values: [phone('+79161234567')] }],
        },
      },
      { name: 'Стул' },
    ])
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual([
      { id: expect.any(Number), contact_id: expect.any(Number), company_id: null, request_id: ['a'], merged: false },
      { id: expect.any(Number), contact_id: null, company_id: null, request_id: ['1'], merged: false },
    ])
    const [{ id, contact_id }, second] = answer.body
    expect((await call('GET', `leads/${id}?with=contacts`)).body).toMatchObject({
      name: 'Стол',
      price: 5000,
      status_id: pipeline!.statuses[2]!.id,
      custom_fields_values: null,
      _embedded: { tags: [{ name: 'сайт' }], contacts: [{ id: contact_id, is_main: true }] },
    })
    expect((await call('GET', `contacts/${contact_id}`)).body).toMatchObject({
      name: 'Анна К',
      custom_fields_values: [
        { field_code: 'PHONE', field_type: 'multitext', values: [{ value: '+79161234567', enum_code: 'MOB' }] },
      ],
    })
    const page = await call('GET', 'leads?limit=1&order[created_at]=desc')
    expect(page.body).toMatchObject({ _page: 1, _embedded: { leads: [{ id: second.id }] } })
    expect(page.body._links.next.href).toContain('page=2')

    const changed = await call('PATCH', 'leads', [
      { id, pipeline_id: pipeline!.id, status_id: 142, tags_to_delete: [{ name: 'Сайт' }] },
      { id: second.id, price: 7 },
    ])
    expect(changed.body._embedded.leads[0]).toMatchObject({ id, updated_at: expect.any(Number) })
    expect(double.leads().map(({ statusId, price, closedAt }) => [statusId, price, closedAt !== null])).toEqual([
      [142, 5000, true],
      [pipeline!.statuses[1]!.id, 7, false],
    ])
    expect((await call('PATCH', `contacts/${contact_id}`, { first_name: 'Ольга' })).body.id).toBe(contact_id)
    expect((await call('GET', 'contacts?query=8 (916) 123-45-67')).body._embedded.contacts[0].name).toBe('Ольга К')
    expect(double.refused()).toEqual([])
  })

  it('answers 204 with no body where nothing is, and tells of what was deleted without counting it', async () => {
    expect(await call('GET', 'leads')).toMatchObject({ status: 204, text: '' })
    expect(await call('GET', 'contacts/1')).toMatchObject({ status: 204, text: '' })
    const { id } = double.addLead({ name: 'x' })
    double.deleteLead(id)
    expect((await call('GET', `leads/${id}`)).status).toBe(204)
    const gone = await call('PATCH', 'leads', [{ id, price: 1, request_id: 'mine' }])
    expect(gone.type).toBe('application/problem+json')
    expect(gone.body['validation-errors']).toEqual([
      { request_id: 'mine', errors: [{ code: 'EntityNotFound', path: 'id', detail: expect.any(String) }] },
    ])
    expect(double.refused()).toEqual([])
  })

  it.each<[string, string, string, unknown, RegExp]>([
    ['a property that the vendor does not know', 'POST', 'leads', [{ nmae: 'x' }], /Unrecognized key/],
    ['a budget as text', 'POST', 'leads', [{ price: '5' }], /price: .*number/],
    ['one deal that stands in no list', 'POST', 'leads', { name: 'x' }, /must be an array/],
    ['too many at once', 'POST', 'contacts', Array(251).fill({ name: 'x' }), /At most 250/],
    ['too many deals with contacts', 'POST', 'leads/complex', Array(51).fill({ name: 'x' }), /At most 50/],
    ['a stage that is in no pipeline', 'POST', 'leads', [{ status_id: 5 }], /status_id/],
    ['a won deal without its pipeline', 'POST', 'leads', [{ status_id: 142 }], /name the pipeline/],
    ['a user who is not there', 'POST', 'contacts', [{ name: 'x', responsible_user_id: 5 }], /responsible_user_id/],
    ['a field that is not there', 'POST', 'leads', [{ custom_fields_values: [phone('1')] }], /field_code/],
    ['two contacts of one deal', 'POST', 'leads/complex', [{ _embedded: { contacts: [{}, {}] } }], /contacts/],
    ['a change of nothing', 'PATCH', 'leads', [{ price: 5 }], /id/],
    ['a note without text', 'POST', 'leads/1/notes', [{ note_type: 'common', params: {} }], /text/],
    ['a task without its end', 'POST', 'tasks', [{ text: 'x' }], /complete_till/],
    ['a filter that was not paid for', 'GET', 'leads?filter[id]=1', undefined, /not switched on/],
    ['an order that there is not', 'GET', 'contacts?order[created_at]=desc', undefined, /order/],
    ['a page that is too long', 'GET', 'leads?limit=251', undefined, /limit/],
    ['an address that there is not', 'GET', 'deals', undefined, /There is no/],
    ['a webhook for an event that there is not', 'POST', 'webhooks', hook(['lead_added']), /settings/],
  ])('refuses and counts %s', async (_what, method, path, body, reason) => {
    const answer = await call(method, path, body)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.type).toBe('application/problem+json')
    expect(why()).toEqual([expect.stringMatching(reason)])
    expect(double.leads().length + double.contacts().length).toBe(0)
  })

  it('writes nothing of a batch of which one is wrong', async () => {
    const answer = await call('POST', 'leads', [
      { name: 'good' },
      { name: 'bad', responsible_user_id: 1, request_id: 'b' },
    ])
    expect(answer.body['validation-errors'].map((one: { request_id: string }) => one.request_id)).toEqual(['b'])
    expect(double.leads()).toEqual([])
  })

  it('finds values that two records carry', () => {
    double.addField('leads', { name: 'Ключ', type: 'text', code: 'KEY' })
    const values = (value: string) => ({ custom_fields_values: [{ field_code: 'KEY', values: [{ value }] }] })
    const [first, , third] = ['a', 'b', 'a'].map((value) => double.addLead(values(value)))
    expect(double.duplicates('leads', 'KEY')).toEqual([{ value: 'a', ids: [first!.id, third!.id] }])
  })

  it('keeps ten thousand deals without becoming slow', async () => {
    const begin = performance.now()
    for (let batch = 0; batch < 200; batch++) {
      const deals = Array.from({ length: 50 }, (_, index) => ({
        name: `${batch}-${index}`,
        _embedded: { contacts: [{ name: 'x' }] },
      }))
      await call('POST', 'leads/complex', deals)
    }
    for (let turn = 0; turn < 50; turn++) await call('GET', 'leads?limit=250&order[created_at]=desc')
    expect(double.leads().length).toBe(10_000)
    expect(performance.now() - begin).toBeLessThan(15_000)
  })
})

function hook(settings: string[]) {
  return { destination: 'https://example.com/', settings }
}

describe('values of fields', () => {
  const types: [string, unknown[], unknown[]][] = [
    ['text', [{ value: 'a' }], [{ value: 5 }, { value: 'x'.repeat(257) }, { value: 'a', enum_id: 1 }]],
    ['numeric', [{ value: 5 }, { value: '5.5' }], [{ value: 'five' }]],
    ['checkbox', [{ value: true }], [{ value: '1' }]],
    ['url', [{ value: 'https://example.com' }], [{ value: 'example' }]],
    ['date', [{ value: 1_600_000_000 }, { value: '2026-11-30T00:00:00+03:00' }], [{ value: '2026-11-30' }]],
    ['date_time', [{ value: 1_600_000_000 }], [{ value: '30.11.2026' }]],
    ['textarea', [{ value: 'a\nb' }], [{ value: null }]],
    ['streetaddress', [{ value: 'Мира, 1' }], [{ value: {} }]],
    [
      'smart_address',
      [{ value: 'Москва', enum_code: 'city' }],
      [{ value: 'Москва' }, { value: 'x', enum_code: 'town' }],
    ],
    ['select', [{ value: 'Да' }], [{ value: 'Может быть' }, { enum_id: 1 }, { value: 5 }]],
    ['multiselect', [{ value: 'Да' }], [{ value: 'Может быть' }]],
  ]
  it.each(types)('%s: takes what fits and refuses what does not', async (type, good, bad) => {
    const enums = /select/.test(type) ? ['Да', 'Нет'] : undefined
    const field = double.addField('leads', { name: 'Поле', type, ...(enums && { enums }) })
    const write = (value: unknown) =>
      call('POST', 'leads', [{ custom_fields_values: [{ field_id: field.id, values: [value] }] }])
    for (const value of good) expect(await write(value), JSON.stringify(value)).toMatchObject({ status: 200 })
    expect(double.refused()).toEqual([])
    for (const value of bad) expect(await write(value), JSON.stringify(value)).toMatchObject({ status: 400 })
    expect(why().length).toBe(bad.length)
  })

  it('keep a day as its midnight in the account’s time zone, and are emptied by null', async () => {
    const field = double.addField('leads', { name: 'День', type: 'date', code: 'DAY' })
    const values = [{ value: Date.parse('2026-11-30T00:00:00Z') / 1000 }]
    const { body } = await call('POST', 'leads', [{ custom_fields_values: [{ field_id: field.id, values }] }])
    const [{ id }] = body._embedded.leads
    expect(double.valueOf('leads', id, 'DAY')).toBe(Date.parse('2026-11-30T00:00:00+03:00') / 1000)
    await call('PATCH', `leads/${id}`, { custom_fields_values: [{ field_code: 'DAY', values: null }] })
    expect((await call('GET', `leads/${id}`)).body.custom_fields_values).toBeNull()
  })
})

describe('lists', () => {
  it('tell pipelines with won and lost in each, unsorted as type 1, users, and fields made with a code once', async () => {
    const { pipelines } = (await call('GET', 'leads/pipelines')).body._embedded
    for (const { _embedded } of pipelines) {
      const statuses = _embedded.statuses as { id: number; type: number }[]
      expect(statuses[0]!.type).toBe(1)
      expect(statuses.slice(-2).map(({ id }) => id)).toEqual([142, 143])
    }
    expect((await call('GET', 'users?limit=250')).body._embedded.users[0].rights.is_admin).toBe(true)
    const made = await call('POST', 'leads/custom_fields', [{ name: 'Ключ', type: 'text', code: 'KEY' }])
    expect([made.status, made.body._embedded.custom_fields[0].code]).toEqual([201, 'KEY'])
    expect((await call('GET', 'leads/custom_fields')).body._embedded.custom_fields[0].id).toBe(
      made.body._embedded.custom_fields[0].id,
    )
    expect((await call('POST', 'leads/custom_fields', [{ name: 'Ключ', type: 'text', code: 'KEY' }])).status).toBe(400)
    expect((await call('GET', 'account?with=datetime_settings,is_api_filter_enabled')).body).toMatchObject({
      is_api_filter_enabled: false,
      _embedded: { datetime_settings: { timezone: 'Europe/Moscow' } },
    })
  })

  it('tell notes and tasks of what they hang on', async () => {
    const { id } = double.addLead({ name: 'x' })
    await call('POST', 'leads/notes', [{ entity_id: id, note_type: 'common', params: { text: 'Звонил' } }])
    expect((await call('GET', `leads/${id}/notes?order[id]=desc`)).body._embedded.notes[0].params.text).toBe('Звонил')
    const made = await call('POST', 'tasks', [
      { text: 'Позвонить', complete_till: 1_900_000_000, entity_id: id, entity_type: 'leads' },
    ])
    const [{ id: task }] = made.body._embedded.tasks
    await call('PATCH', `tasks/${task}`, { is_completed: true, result: { text: 'ok' } })
    expect(
      (await call('GET', `tasks?filter[entity_type]=leads&filter[entity_id]=${id}`)).body._embedded.tasks,
    ).toMatchObject([{ id: task, is_completed: true, result: { text: 'ok' } }])
    const contact = double.addContact({ name: 'y' })
    await call('POST', `leads/${id}/link`, [
      { to_entity_id: contact.id, to_entity_type: 'contacts', metadata: { is_main: true } },
    ])
    expect(double.leads()[0]!.contacts).toEqual([contact.id])
    expect(double.refused()).toEqual([])
  })
})
