import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'
import { recordedChanges } from '../../../project.ts'

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

const make = async (input: object) => (await gateway.call('POST', '/contacts', input)).body
const namesIn = ({ body }: { body: { items: { name: string }[] } }) => body.items.map((contact) => contact.name)
const rule = (field: unknown, operator?: unknown, value?: unknown) => ({ field, operator, value })
const search = (...rules: unknown[]) => gateway.call('POST', '/contacts/search', { filter: { rules }, sort: 'name' })
const errorsOf = async (...rules: unknown[]) => (await search(...rules)).body.errors

/** A group in so many others. */
function nested(depth: number): object {
  let group: object = { rules: [rule('name', 'is_set')] }
  for (let made = 1; made < depth; made++) group = { rules: [group] }
  return group
}

describe('contacts that are looked for', () => {
  beforeEach(async () => {
    await make({ firstName: 'Anna', labels: ['vip', 'new'], phone: '+79161234567' })
    await make({ firstName: 'Boris', labels: ['vip'] })
    await make({ firstName: 'Clara', labels: ['new', 'vip'] })
  })

  it('are listed by words, labels, segment and order in the address', async () => {
    const list = async (query: string) => namesIn(await gateway.call('GET', `/contacts?${query}`))
    expect(await list('sort=name')).toEqual(['Anna', 'Boris', 'Clara'])
    expect(await list('labels=vip,new&sort=-name')).toEqual(['Clara', 'Anna'])
    expect(await list('search=8916&labels=vip')).toEqual(['Anna'])
    const filter = { rules: [rule('name', 'not_equals', 'anna')] }
    const segment = await gateway.call('POST', '/segments', { name: 'Not Anna', filter })
    expect(await list(`segment=${segment.body.id}&labels=new`)).toEqual(['Clara'])
    const first = await gateway.call('GET', '/contacts?sort=name&limit=2')
    expect(await list(`sort=name&limit=2&cursor=${first.body.nextCursor}`)).toEqual(['Clara'])
  })

  it('are chosen by groups of "and" and "or" in one another, and counted', async () => {
    const filter = {
      match: 'any',
      rules: [
        { rules: [rule('labels', 'contains_all', ['vip', 'new']), rule('phone', 'is_empty')] },
        {
          match: 'all',
          rules: [{ match: 'any', rules: [rule('name', 'equals', 'boris'), rule('name', 'equals', 'x')] }],
        },
      ],
    }
    expect(namesIn(await gateway.call('POST', '/contacts/search', { filter, sort: 'name' }))).toEqual([
      'Boris',
      'Clara',
    ])
    const narrowed = { filter, search: 'cla', labels: ['new'] }
    expect(namesIn(await gateway.call('POST', '/contacts/search', narrowed))).toEqual(['Clara'])
    expect((await gateway.call('POST', '/contacts/count', { filter })).body).toEqual({ count: 2, more: false })
    expect((await gateway.call('POST', '/contacts/count', {})).body).toEqual({ count: 3, more: false })
  })

  it('are looked for with a key that may only read', async () => {
    const key = await gateway.makeKey('read')
    expect((await gateway.call('POST', '/contacts/search', {}, key)).status).toBe(200)
    expect((await gateway.call('POST', '/contacts/count', {}, key)).status).toBe(200)
    expect((await gateway.call('POST', '/segments', { name: 'x', filter: nested(1) }, key)).status).toBe(403)
  })
})

describe('a filter that cannot be used', () => {
  it.each([
    [rule('nam', 'equals', 'x'), 'field', 'there is no field "nam"; did you mean "name"?'],
    [rule('attributes.city', 'equals', 'x'), 'field', 'there is no field "attributes.city"; expected one of name, '],
    [rule('constructor', 'equals', 'x'), 'field', 'there is no field "constructor"'],
    [rule('name', 'equal', 'x'), 'operator', '"equal" is no operator of name; did you mean "equals"?'],
    [rule('name', 'constructor', 'x'), 'operator', '"constructor" is no operator of name; expected one of equals, '],
    [rule('name', '__proto__', 'x'), 'operator', '"__proto__" is no operator of name'],
    [rule('name', 'greater', 'x'), 'operator', '"greater" is no operator of name'],
    [rule('name', 'equals'), 'value', 'is missing; expected a text of 1 to 1000 characters'],
    [rule('name', 'equals', ''), 'value', '"" cannot be used here; expected a text'],
    [rule('name', 'equals', ['a', 'b']), 'value', '["a","b"] cannot be used here; expected a text'],
    [rule('name', 'contains', { $ne: null }), 'value', 'expected a text, a number, true, false or a list of those'],
    [rule('name', 'contains', [['x']]), 'value', 'expected a text, a number, true, false or a list of those'],
    [rule('name', 'contains', 'a\0'), 'value', 'in texts no null characters'],
    [rule('name', 'in_list', ['a\0']), 'value', 'in texts no null characters'],
    [rule('name', 'contains', 'x'.repeat(1001)), 'value', 'cannot be used here; expected a text of 1 to 1000'],
    [rule('name', 'in_list', []), 'value', '[] cannot be used here; expected a list of 1 to 100'],
    [rule('name', 'is_set', true), 'value', 'true stands here; expected no value for is_set'],
    [rule('phone', 'equals', 'abc'), 'value', 'expected a phone number such as +79161234567'],
    [rule('phone', 'contains', '()'), 'value', 'expected a phone number'],
    [rule('id', 'equals', '1 or 1=1'), 'value', 'expected a whole number above 0'],
    [rule('id', 'equals', 1e300), 'value', 'expected a whole number above 0'],
    [rule('id', 'between', [1]), 'value', 'expected a list of two, from and to'],
    [rule('createdAt', 'before', 'yesterday'), 'value', 'expected a day such as 2026-11-30 or a moment'],
    [rule('createdAt', 'before', '2026-02-30'), 'value', 'expected a day such as 2026-11-30 or a moment'],
    [rule('createdAt', 'after', '0001-01-01'), 'value', 'expected a day such as 2026-11-30 or a moment'],
    [rule('createdAt', 'before', '9999-12-31T23:00:00-10:00'), 'value', 'expected a day such as 2026-11-30'],
    [rule('createdAt', 'equals', "2026-11-30' or '1'='1"), 'value', 'expected a day'],
    [rule('createdAt', 'between', ['2026-11-30', 5]), 'value', 'expected a list of two, from and to'],
    [rule('lastActivityAt', 'within_last', '3 days'), 'value', 'expected a duration such as 12h or 30d'],
    [rule('labels', 'contains_any', [1]), 'value', 'expected a label or a list of 1 to 100 labels'],
    [rule('blocked', 'equals', 'yes'), 'value', 'expected true or false'],
    [rule('responsible', 'in_list', ['Olga']), 'value', 'each the number of an operator'],
    [rule('channel', 'equals', 'bot'), 'value', 'expected the number of a channel'],
    [rule('dealStage', 'equals', -1), 'value', 'expected the number of a stage'],
  ])('with %j is refused by its %s', async (wrong, part, message) => {
    const errors = await errorsOf(rule('name', 'is_set'), { match: 'any', rules: [wrong] })
    expect(errors).toEqual([{ path: `filter.rules[1].rules[0].${part}`, message: expect.stringContaining(message) }])
  })

  it('names the choices of a custom field, and what its type is compared with', async () => {
    await gateway.call('POST', '/attributes', { name: 'colour', type: 'choice', choices: ['red', 'blue'] })
    await gateway.call('POST', '/attributes', { name: 'budget', type: 'number' })
    await gateway.call('POST', '/attributes', { name: 'born', type: 'date' })
    const errors = await errorsOf(
      rule('attributes.colour', 'equals', 'green'),
      rule('attributes.budget', 'greater', '5'),
      rule('attributes.born', 'after', 'spring'),
      rule('attributes.born', 'contains', '19'),
    )
    expect(errors.map(({ path, message }: { path: string; message: string }) => `${path} ${message}`)).toEqual([
      'filter.rules[0].value "green" cannot be used here; expected one of "red", "blue"',
      'filter.rules[1].value "5" cannot be used here; expected a number such as 1500.5',
      'filter.rules[2].value "spring" cannot be used here; expected a day such as 2026-11-30',
      expect.stringContaining('filter.rules[3].operator "contains" is no operator of attributes.born; expected one of'),
    ])
  })

  it.each([
    [{ rules: [] }, 'filter.rules', 'expected a list of one or more rules'],
    [{ rules: [{}] }, 'filter.rules[0]', ''],
    [{ rules: [{ field: 'name' }] }, 'filter.rules[0].operator', ''],
    [{ rules: [{ field: 5, operator: 'equals' }] }, 'filter.rules[0].field', ''],
    [{ rules: [{ field: 'name', operator: 'is_set', sql: '1=1' }] }, 'filter.rules[0]', ''],
    [{ match: 'none', rules: [rule('name', 'is_set')] }, 'filter.match', ''],
    [{ rules: 'name = 1' }, 'filter.rules', ''],
    [{}, 'filter.rules', ''],
    ['name = 1', 'filter', ''],
    [null, 'filter', ''],
    [nested(6), 'filter', 'has too many groups in one another; expected at most 5'],
    [
      { rules: Array.from({ length: 3 }, () => ({ rules: Array.from({ length: 40 }, () => rule('name', 'is_set')) })) },
      'filter',
      'has 120 rules; expected at most 100 in all',
    ],
  ])('of another form is refused where the fault stands', async (filter, path, message) => {
    const { status, body } = await gateway.call('POST', '/contacts/search', { filter })
    expect(status).toBe(400)
    expect(body.errors[0].path.startsWith(path)).toBe(true)
    expect(body.errors[0].message).toContain(message)
  })

  it.each([
    ['groups', '{"rules":[', ']}', 'has too many groups in one another; expected at most 5'],
    ['lists', '{"rules":[{"field":"name","operator":"equals","value":', '}]}', 'expected a text, a number'],
  ])('of %s without end is refused before it can do harm', async (what, begin, end, message) => {
    const depth = 40_000
    const filter =
      what === 'groups'
        ? `${begin.repeat(depth)}${end.repeat(depth)}`
        : `${begin}${'['.repeat(depth)}${']'.repeat(depth)}${end}`
    const response = await gateway.app.request('/api/v1/contacts/count', {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: `{"filter":${filter}}`,
    })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(message)
  })

  it('may have groups five deep and a hundred rules', async () => {
    expect((await gateway.call('POST', '/contacts/search', { filter: nested(5) })).status).toBe(200)
    const rules = Array.from({ length: 100 }, (_, index) => rule('name', 'contains', `name ${index}`))
    expect((await gateway.call('POST', '/contacts/search', { filter: { match: 'any', rules } })).status).toBe(200)
  })

  it.each([
    ['sort=size', 'sort'],
    ['labels=', 'labels'],
    ['segment=x', 'segment'],
    ['cursor=banana', 'cursor'],
    ['label=vip', 'label'],
  ])('in the address as %s is refused', async (query, path) => {
    const { status, body } = await gateway.call('GET', `/contacts?${query}`)
    expect(status).toBe(400)
    expect(body.errors[0].path.startsWith(path)).toBe(true)
  })
})

describe('the fields of filters', () => {
  it('are told with their operators and choices, those of custom fields and of other modules too', async () => {
    await gateway.call('POST', '/attributes', { name: 'colour', title: 'Colour', type: 'choice', choices: ['red'] })
    const { body } = await gateway.call('GET', '/filter-fields')
    expect(body.items.map((field: { name: string }) => field.name)).toEqual([
      'name',
      'username',
      'email',
      'phone',
      'id',
      'createdAt',
      'lastActivityAt',
      'labels',
      'blocked',
      'responsible',
      'channel',
      'dealStage',
      'attributes.colour',
    ])
    expect(body.items.at(-1)).toMatchObject({
      title: 'Colour',
      choices: ['red'],
      operators: expect.arrayContaining([
        { name: 'equals', expects: 'one of "red"' },
        { name: 'is_set', expects: null },
      ]),
    })
  })
})

describe('segments', () => {
  const filter = { match: 'all', rules: [{ field: 'name', operator: 'contains', value: 'an' }] }

  it('are made, listed, read, changed and forgotten', async () => {
    const made = await gateway.call('POST', '/segments', { name: ' Ans ', filter })
    expect(made).toMatchObject({ status: 201, body: { name: 'Ans', filter } })
    const path = `/segments/${made.body.id}`
    const other = { match: 'any', rules: filter.rules }
    const changed = await gateway.call('PATCH', path, { name: 'Anas', filter: other })
    expect(changed.body).toMatchObject({ name: 'Anas', filter: other })
    expect((await gateway.call('PATCH', path, { name: 'Anas' })).status).toBe(200)
    expect((await gateway.call('GET', path)).body).toMatchObject({ name: 'Anas', filter: other })
    expect((await gateway.call('GET', '/segments')).body.items).toHaveLength(1)
    expect((await gateway.call('DELETE', path)).status).toBe(204)
    expect((await gateway.call('GET', path)).status).toBe(404)
    const changes = (await recordedChanges(fresh.db)).filter(({ kind }) => kind.startsWith('segment.'))
    expect(changes.map(({ kind }) => kind)).toEqual([
      'segment.created',
      'segment.updated',
      'segment.updated',
      'segment.deleted',
    ])
  })

  it('are refused with a filter that cannot be used, and with a name that another one has', async () => {
    const wrong = await gateway.call('POST', '/segments', {
      name: 'x',
      filter: { rules: [rule('shoe', 'equals', 44)] },
    })
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ path: 'filter.rules[0].field' }] } })
    expect((await gateway.call('POST', '/segments', { name: '  ', filter })).body.errors[0].path).toBe('name')
    expect((await gateway.call('POST', '/segments', { name: 'a\0', filter })).body.errors[0].path).toBe('name')
    const first = await gateway.call('POST', '/segments', { name: 'first', filter })
    expect((await gateway.call('POST', '/segments', { name: 'first', filter })).status).toBe(409)
    const second = await gateway.call('POST', '/segments', { name: 'second', filter })
    expect((await gateway.call('PATCH', `/segments/${second.body.id}`, { name: 'first' })).status).toBe(409)
    const bad = { filter: { rules: [rule('name', 'equals')] } }
    expect((await gateway.call('PATCH', `/segments/${first.body.id}`, bad)).status).toBe(400)
    expect((await gateway.call('GET', `/segments/${first.body.id}`)).body.filter).toEqual(filter)
  })

  it('of another project are not there', async () => {
    const { body } = await gateway.call('POST', '/segments', { name: 'mine', filter })
    const other = await testGateway(fresh.db)
    expect((await other.call('GET', `/segments/${body.id}`)).status).toBe(404)
    expect((await other.call('PATCH', `/segments/${body.id}`, { name: 'x' })).status).toBe(404)
    expect((await other.call('DELETE', `/segments/${body.id}`)).status).toBe(404)
    expect((await other.call('GET', `/contacts?segment=${body.id}`)).status).toBe(404)
    expect((await other.call('GET', '/segments')).body.items).toEqual([])
    expect((await other.call('POST', '/segments', { name: 'mine', filter })).status).toBe(201)
  })

  it('that ask about a custom field which is gone say so when they are used', async () => {
    const { body: attribute } = await gateway.call('POST', '/attributes', { name: 'city', type: 'text' })
    const gone = { rules: [rule('attributes.city', 'equals', 'Kazan')] }
    const { body } = await gateway.call('POST', '/segments', { name: 'Kazan', filter: gone })
    await gateway.call('DELETE', `/attributes/${attribute.id}`)
    expect(await gateway.call('GET', `/contacts?segment=${body.id}`)).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'segment.rules[0].field' }] },
    })
  })
})
