import { describe, expect, test } from 'vitest'
import type { CrmValue } from '../../../../src/sync/crm.ts'
import type { CrmMapping } from '../../../../src/sync/mapping/mapping.ts'
import { valuesOf } from '../../../../src/sync/mapping/our-values.ts'
import { sameValue } from '../../../../src/sync/mapping/same-value.ts'
import { directionsOf } from '../../../../src/sync/mapping/their-fields.ts'
import { changesOf } from '../../../../src/sync/mapping/their-values.ts'
import { contactSubject, dealSubject, madeUpLists, madeUpSide, mapped, mappingOf } from './made-up-sides.ts'

const side = madeUpSide([{ name: 'color', type: 'choice', choices: ['Red'] }])
const [unprocessed, talks, won, , archive] = side.places
const pipelines: CrmMapping['pipelines'] = [
  {
    spot: 'Moscow',
    pipeline: 'Service',
    theirs: '7',
    stages: [{ stage: 'Booked', theirs: '72' }],
  },
  {
    spot: 'Moscow',
    pipeline: 'Sales',
    theirs: '7',
    stages: [
      { stage: 'Unprocessed', theirs: '71' },
      { stage: 'Talks', theirs: '72' },
      { stage: 'Won', theirs: '142' },
    ],
  },
]

describe('the stage of a deal', () => {
  const integration = mapped(mappingOf({ deal: [['stage', 'stage']], pipelines }))
  const stageOf = (place: typeof talks) => valuesOf(integration, side, dealSubject({}, place!))
  const stageAfter = (place: typeof talks, stage: CrmValue) =>
    changesOf(integration, side, dealSubject({}, place!), { stage })

  test('is the one that stands for it there', () => {
    expect(stageOf(talks).values).toEqual({ stage: '7/72' })
    expect(stageOf(won).values).toEqual({ stage: '7/142' })
  })

  test('is left alone and told where none stands for it', () => {
    expect(stageOf(archive)).toMatchObject({
      values: {},
      faults: [{ path: 'stage', message: expect.stringContaining('"Archive" of "Sales"') }],
    })
  })

  test('follows theirs, within its own pipeline where several stand for it', () => {
    expect(stageAfter(unprocessed, '7/72')).toMatchObject({ changes: { stageId: talks!.stage.id }, applied: ['stage'] })
    const booked = side.places.find(({ stage }) => stage.name === 'Booked')!
    expect(stageAfter(booked, '7/142')).toMatchObject({ changes: { stageId: won!.stage.id } })
    expect(stageAfter(booked, '7/72').applied).toEqual([])
  })

  test('stays where ours has none for theirs, which is told by names', () => {
    expect(stageAfter(talks, '7/143')).toMatchObject({
      applied: [],
      faults: [{ path: 'stage', message: 'no stage of ours stands for "sales / Gone"' }],
    })
  })

  test('goes into a text there by its name', () => {
    const lists = madeUpLists({ deal: [{ key: 'x', title: 'X', type: 'text' }] })
    const named = mapped(mappingOf({ deal: [['stage', 'x', 'push']] }), lists)
    expect(valuesOf(named, side, dealSubject({}, talks!)).values).toEqual({ x: 'Talks' })
  })
})

describe('whoever is responsible', () => {
  const integration = mapped(
    mappingOf({ deal: [['responsible', 'responsible']], users: [{ operator: 'Peter Seller', user: 'u2' }] }),
  )
  const userOf = (responsibleId: number | null) => valuesOf(integration, side, dealSubject({ responsibleId }, talks!))
  const given = (responsibleId: number | null, responsible: CrmValue) =>
    changesOf(integration, side, dealSubject({ responsibleId }, talks!), { responsible })

  test('is found by e-mail in any case, else by the mapping', () => {
    expect(userOf(1).values).toEqual({ responsible: 'u1' })
    expect(userOf(2).values).toEqual({ responsible: 'u2' })
  })

  test('is not told to them while it is nobody, or somebody whom they do not know', () => {
    expect(userOf(null)).toMatchObject({ values: {}, faults: [] })
    expect(userOf(3)).toMatchObject({ values: {}, faults: [{ path: 'responsible', message: /Ivan/ }] })
  })

  test('follows theirs', () => {
    expect(given(1, 'u2')).toMatchObject({ changes: { responsibleId: 2 }, applied: ['responsible'] })
    expect(given(1, null)).toMatchObject({ changes: { responsibleId: null }, applied: ['responsible'] })
    expect(given(1, 'u1').applied).toEqual([])
    expect(given(1, 'u7')).toMatchObject({ applied: [], faults: [{ path: 'responsible', message: /user u7/ }] })
  })
})

describe('what they changed', () => {
  test('leaves alone what is only sent', () => {
    const integration = mapped(
      mappingOf({
        deal: [
          ['name', 'name', 'push'],
          ['budget', 'budget', 'pull'],
        ],
      }),
    )
    const { changes, applied } = changesOf(integration, side, dealSubject({}, talks!), {
      name: 'B',
      budget: 5,
      other: 1,
    })
    expect(changes.deal).toEqual({ budget: 5 })
    expect(applied).toEqual(['budget'])
  })

  test('does not take away fractions that they cannot keep', () => {
    const integration = mapped(mappingOf({ deal: [['budget', 'budget']] }))
    const subject = dealSubject({ budget: 99.5 }, talks!)
    expect(valuesOf(integration, side, subject)).toMatchObject({
      values: { budget: 100 },
      faults: [{ path: 'budget' }],
    })
    expect(changesOf(integration, side, subject, { budget: 100 }).applied).toEqual([])
    expect(changesOf(integration, side, subject, { budget: 101 }).changes.deal).toEqual({ budget: 101 })
  })

  test('does not empty what they were never sent', () => {
    const lists = madeUpLists({ contact: [{ key: 'x', title: 'X', type: 'choice', choices: ['Blue'] }] })
    const integration = mapped(mappingOf({ contact: [['attributes.color', 'x']] }), lists)
    const subject = contactSubject({ attributes: { color: 'Red' } })
    expect(valuesOf(integration, side, subject).values).toEqual({})
    expect(changesOf(integration, side, subject, { x: null }).applied).toEqual([])
  })

  test('is told by key where it cannot be kept, and the rest is kept', () => {
    const lists = madeUpLists({ contact: [{ key: 'x', title: 'X', type: 'text' }] })
    const integration = mapped(
      mappingOf({
        contact: [
          ['attributes.color', 'x'],
          ['first_name', 'first_name'],
        ],
      }),
      lists,
    )
    const { changes, applied, faults } = changesOf(integration, side, contactSubject({}), {
      x: 'pink',
      first_name: 'Anna',
    })
    expect({ ...changes.attributes, ...changes.contact }).toEqual({ firstName: 'Anna' })
    expect(applied).toEqual(['first_name'])
    expect(faults).toEqual([{ path: 'x', message: expect.stringContaining('expected one of "Red"') }])
  })
})

test('each key goes the way that the mapping says, and never into a field that can only be read', () => {
  const lists = madeUpLists({ contact: [{ key: 'x', title: 'X', type: 'text', readOnly: true }] })
  const contact: [string, string, ('push' | 'pull')?][] = [
    ['first_name', 'first_name'],
    ['last_name', 'last_name', 'push'],
    ['username', 'x'],
    ['phone', 'phone:MOB', 'pull'],
    ['country', 'gone'],
  ]
  expect(Object.fromEntries(directionsOf(mapped(mappingOf({ contact, labels: 'push' }), lists), 'contact'))).toEqual({
    first_name: 'both',
    last_name: 'push',
    x: 'pull',
    'phone:MOB': 'pull',
    tags: 'push',
  })
  expect(directionsOf(mapped(mappingOf({ labels: 'none' }), lists), 'contact').size).toBe(0)
})

test.each<[CrmValue | undefined, CrmValue | undefined, boolean]>([
  ['a', 'a', true],
  ['a', 'b', false],
  [1, '1', false],
  [null, undefined, true],
  [null, '', true],
  [null, [], true],
  [null, false, true],
  [null, 0, false],
  [true, false, false],
  [['a', 'b'], ['b', 'a'], true],
  [['a'], ['a', 'b'], false],
  [['a'], 'a', true],
])('%j and %j are the same: %j', (one, other, same) => {
  expect([sameValue(one, other), sameValue(other, one)]).toEqual([same, same])
})

test('What has the name of something that every object has is empty until it is set.', () => {
  const side = madeUpSide([{ name: 'constructor', type: 'text' }])
  const lists = madeUpLists({
    contact: [{ key: 'c', title: 'C', type: 'text' }],
    deal: [{ key: 'd', title: 'D', type: 'text' }],
  })
  const integration = mapped(
    mappingOf({ contact: [['attributes.constructor', 'c']], deal: [['variables.constructor', 'd']] }),
    lists,
  )
  expect(valuesOf(integration, side, contactSubject({})).values).toEqual({ c: null })
  expect(valuesOf(integration, side, dealSubject({}, side.places[0]!)).values).toEqual({ d: null })
})
