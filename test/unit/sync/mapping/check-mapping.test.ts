import { describe, expect, test } from 'vitest'
import type { CrmField } from '../../../../src/sync/crm.ts'
import { checkMapping } from '../../../../src/sync/mapping/check-mapping.ts'
import { madeUpLists, madeUpSide, mappingOf } from './made-up-sides.ts'
import { refusedMappings } from './refused-mappings.ts'

const side = madeUpSide([
  { name: 'city', type: 'text' },
  { name: 'age', type: 'number' },
  { name: 'birthday', type: 'date' },
  { name: 'color', type: 'choice', choices: ['Red', 'Blue', 'Pink'] },
  { name: 'extras', type: 'choices', choices: ['Hook', 'Radio'] },
  { name: 'vip', type: 'boolean' },
  { name: 'mobile', type: 'phone' },
])
const field = (key: string, type: CrmField['type'], more: Partial<CrmField> = {}): CrmField => ({
  key,
  title: key,
  type,
  ...more,
})
const lists = madeUpLists({
  contact: [
    field('501', 'text', { title: 'City' }),
    field('502', 'number', { title: 'Age' }),
    field('503', 'choice', { title: 'Colour', choices: ['red', 'BLUE'] }),
    field('504', 'choice', { title: 'Paint', choices: ['red', 'blue', 'pink', 'Gold'] }),
    field('505', 'choices', { title: 'Extras', choices: ['hook', 'radio'] }),
    field('506', 'datetime', { title: 'Seen', readOnly: true }),
    field('507', 'date', { title: 'Birthday' }),
    field('508', 'boolean', { title: 'VIP' }),
    field('tags', 'text'),
  ],
  deal: [field('601', 'number', { title: 'Mileage' }), field('602', 'text', { title: 'Comment' })],
})
const check = (mapping: Parameters<typeof mappingOf>[0], there: typeof lists | null = lists) =>
  checkMapping(mappingOf(mapping), there, side)

describe('a mapping is refused', () => {
  test.each(refusedMappings)('%s', (_what, mapping, path, message) => {
    expect(check(mapping)).toEqual([{ path, message: expect.stringMatching(message) }])
  })

  test('with every fault at once', () => {
    const faults = check({
      contact: [['nothing', 'nowhere']],
      deal: [
        ['budget', 'budget'],
        ['name', 'budget'],
      ],
    })
    expect(faults.map(({ path }) => path)).toEqual([
      'mapping.contact[0].ours',
      'mapping.contact[0].theirs',
      'mapping.deal[1].theirs',
      'mapping.deal[1].theirs',
    ])
  })
})

describe('a mapping is taken', () => {
  test('when every field fits', () => {
    const faults = check({
      contact: [
        ['first_name', 'first_name'],
        ['phone', 'phone'],
        ['attributes.mobile', 'phone:MOB'],
        ['attributes.city', '501'],
        ['attributes.age', '502'],
        ['attributes.color', '504', 'push'],
        ['attributes.extras', '505'],
        ['attributes.birthday', '506', 'pull'],
        ['responsible', 'responsible'],
        ['traffic_source', '503', 'push'],
      ],
      deal: [
        ['name', 'name'],
        ['budget', 'budget'],
        ['stage', 'stage'],
        ['responsible', 'responsible'],
        ['variables.mileage', '601'],
        ['pipeline', '602', 'push'],
      ],
      pipelines: [{ spot: 'Moscow', pipeline: 'Sales', theirs: '7', stages: [{ stage: 'Talks', theirs: '72' }] }],
      users: [{ operator: 'Peter Seller', user: 'u2' }],
    })
    expect(faults).toEqual([])
  })

  test('by our side alone while the account was never read', () => {
    const mapping = {
      contact: [
        ['attributes.city', 'anything'],
        ['attributes.town', 'x'],
      ] as [string, string][],
    }
    expect(check(mapping, null)).toEqual([{ path: 'mapping.contact[1].ours', message: expect.any(String) }])
  })
})
