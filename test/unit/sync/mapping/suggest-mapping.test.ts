import { describe, expect, test } from 'vitest'
import { checkMapping } from '../../../../src/sync/mapping/check-mapping.ts'
import { defaultMapping } from '../../../../src/sync/mapping/default-mapping.ts'
import { suggestMapping } from '../../../../src/sync/mapping/suggest-mapping.ts'
import { madeUpLists, madeUpSide } from './made-up-sides.ts'

const side = madeUpSide([
  { name: 'town', title: 'City', type: 'text' },
  { name: 'age', title: 'Age', type: 'number' },
  { name: 'vip', title: 'VIP', type: 'boolean' },
])
const lists = madeUpLists({
  contact: [
    { key: '501', title: 'city', type: 'text' },
    { key: '502', title: 'Age', type: 'text' },
    { key: '503', title: 'VIP', type: 'date' },
  ],
  deal: [{ key: '601', title: 'Description', type: 'text' }],
})

describe('a new integration', () => {
  test('maps what every CRM has, and pipelines and stages of equal names', () => {
    const mapping = defaultMapping(lists, side)
    expect(mapping.contact.map(({ ours, theirs, direction }) => `${ours} ${theirs} ${direction}`)).toEqual([
      'first_name first_name both',
      'last_name last_name both',
      'phone phone both',
      'email email both',
      'responsible responsible both',
    ])
    expect(mapping.deal.map(({ ours, direction }) => `${ours} ${direction}`)).toEqual([
      'name both',
      'budget both',
      'stage both',
      'responsible both',
    ])
    expect(mapping.labels).toBe('both')
    expect(mapping.pipelines).toEqual([
      {
        spot: 'Moscow',
        pipeline: 'Sales',
        theirs: '7',
        stages: [
          { stage: 'Talks', theirs: '72' },
          { stage: 'Won', theirs: '142' },
          { stage: 'Lost', theirs: '143' },
        ],
      },
    ])
    expect(checkMapping(mapping, lists, side)).toEqual([])
  })

  test('takes the whole name where there are no two', () => {
    const contact = lists.fields.contact.filter(({ key }) => !key.includes('_name'))
    const { contact: mapped } = defaultMapping({ ...lists, fields: { ...lists.fields, contact } }, side)
    expect(mapped[0]).toEqual({ ours: 'name', theirs: 'name', direction: 'both' })
  })

  test('only takes what can be read', () => {
    const deal = lists.fields.deal.map((field) => ({ ...field, readOnly: field.key === 'budget' }))
    const mapping = defaultMapping({ ...lists, fields: { ...lists.fields, deal } }, side)
    expect(mapping.deal[1]).toEqual({ ours: 'budget', theirs: 'budget', direction: 'pull' })
  })

  test('maps nothing while the account was never read', () => {
    expect(defaultMapping(null, side)).toMatchObject({ contact: [], deal: [], pipelines: [] })
  })
})

test('fields of equal title are suggested as far as they fit, and people of equal name', () => {
  const suggested = suggestMapping(lists, side)
  expect(suggested.contact.slice(5)).toEqual([
    { ours: 'attributes.town', theirs: '501', direction: 'both' },
    { ours: 'attributes.age', theirs: '502', direction: 'push' },
  ])
  expect(suggested.deal.slice(4)).toEqual([{ ours: 'description', theirs: '601', direction: 'both' }])
  expect(suggested.users).toEqual([{ operator: 'Peter Seller', user: 'u2' }])
  expect(checkMapping(suggested, lists, side)).toEqual([])
})
