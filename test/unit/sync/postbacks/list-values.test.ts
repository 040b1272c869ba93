import { describe, expect, it } from 'vitest'
import { queryJson } from '../../../../src/platform/json-path.ts'
import { listValues } from '../../../../src/sync/postbacks/list-values.ts'

describe('the values of a sample', () => {
  const parts = { country: 'RU', attributes: [{ name: 'car_year', title: 'Год выпуска' }] }
  const body = {
    'First Name': 'Anna',
    contact: { mobile: '8 (916) 123-45-67', 'e-mail': 'anna@example.com', 'o\'clock "9"': 'x' },
    имя: 'Анна',
    order_id: 79161234567,
    tags: ['lead', 'site'],
    items: [{ price: '1 500' }, { price: '90' }],
    carYear: 2020,
    empty: '',
    nothing: null,
    flag: false,
  }

  it('have paths that name them', () => {
    const values = listValues(body, parts)
    expect(values.map(({ path }) => path)).toEqual([
      '$["First Name"]',
      '$.contact.mobile',
      '$.contact["e-mail"]',
      '$.contact["o\'clock \\"9\\""]',
      '$.имя',
      '$.order_id',
      '$.tags[*]',
      '$.tags[0]',
      '$.tags[1]',
      '$.items[0].price',
      '$.items[1].price',
      '$.carYear',
      '$.flag',
    ])
    for (const { path, value } of values) {
      const found = queryJson(body, path)
      expect(Array.isArray(value) ? found : found[0]).toEqual(value)
    }
  })

  it('are suggested a place, each place once', () => {
    const suggested = Object.fromEntries(listValues(body, parts).map(({ path, suggested: to }) => [path, to]))
    expect(suggested).toMatchObject({
      '$["First Name"]': 'first_name',
      '$.contact.mobile': 'phone',
      '$.contact["e-mail"]': 'email',
      '$.имя': null,
      '$.order_id': 'deal.variables.order_id',
      '$.tags[*]': 'label',
      '$.tags[0]': null,
      '$.items[0].price': 'deal.budget',
      '$.items[1].price': null,
      '$.carYear': 'attributes.car_year',
      '$.flag': null,
    })
  })

  it('are not suggested a place that would refuse them', () => {
    const odd = { phone: 'call me', email: 'none', language: 'Russian', amount: 'much', ip: '10.0.0.1' }
    expect(listValues(odd, parts).map(({ suggested }) => suggested)).toEqual([null, null, null, null, null])
  })

  it('are cut where there are many or they are long', () => {
    const many = { text: 'x'.repeat(5_000), list: Array.from({ length: 2_000 }, (_, index) => ({ index })) }
    const values = listValues(many, parts)
    expect(values).toHaveLength(500)
    expect(values[0]?.value).toHaveLength(201)
  })
})
