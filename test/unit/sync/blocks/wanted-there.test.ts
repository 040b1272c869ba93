import { describe, expect, it } from 'vitest'
import type { WrittenThere } from '../../../../src/flows/block.ts'
import type { DealThere } from '../../../../src/sync/blocks/stage-named.ts'
import { wantedThere } from '../../../../src/sync/blocks/wanted-there.ts'
import type { CrmMapping } from '../../../../src/sync/mapping/mapping.ts'
import { ledgerLists } from '../../../doubles/ledger/lists.ts'
import { madeUpSide, mappingOf } from '../mapping/made-up-sides.ts'

const side = madeUpSide()
const lists = ledgerLists()
const mapped = mappingOf({
  pipelines: [{ spot: 'Moscow', pipeline: 'Sales', theirs: 'sales', stages: [] }],
  users: [{ operator: 'Ivan', user: 'u2' }],
})
const newDeal: DealThere = { pipelineId: undefined, isThere: false }

function wanted(written: Partial<WrittenThere>, deal?: DealThere, mapping: CrmMapping = mapped) {
  return wantedThere({ projectId: 1, mapping, lists }, side, { entity: 'deal', fields: [], ...written }, deal)
}
const stageOf = (...given: Parameters<typeof wanted>) => {
  const { values, faults } = wanted(...given)
  return faults.length > 0 ? faults.map(({ path, message }) => `${path}: ${message}`).join('; ') : values.stage
}

describe('the stage that a block names', () => {
  it('is found by the names of pipeline and stage, or by their ids, in any case', () => {
    expect(stageOf({ pipeline: 'Service', stage: 'Booked' }, newDeal)).toBe('service/booked')
    expect(stageOf({ pipeline: 'service', stage: 'booked' }, newDeal)).toBe('service/booked')
    expect(stageOf({ pipeline: ' SERVICE', stage: 'booked ' }, newDeal)).toBe('service/booked')
  })

  it('is of the pipeline where the deal stands, or will by the mapping, when none is named', () => {
    expect(stageOf({ stage: 'won' }, { pipelineId: 'service', isThere: true })).toBe('service/won')
    expect(stageOf({ stage: 'Talks' }, { pipelineId: 'sales', isThere: false })).toBe('sales/talks')
    expect(stageOf({ stage: 'Booked' }, { pipelineId: 'sales', isThere: false })).toMatch(
      /^stage: the account there has no stage "Booked"; expected one of "New", "Talks", "Sold", "Lost"/,
    )
  })

  it('is the only one of that name when nothing tells the pipeline', () => {
    expect(stageOf({ stage: 'Booked' }, newDeal)).toBe('service/booked')
    expect(stageOf({ stage: 'won' }, newDeal)).toBe(
      'pipeline: several pipelines there have a stage "won"; expected one to be named',
    )
    // While a flow is checked the mapping may still say it.
    expect(stageOf({ stage: 'won' })).toBeUndefined()
    expect(stageOf({ stage: 'won' }, undefined, mappingOf({}))).toContain('several pipelines')
  })

  it('is the first one of a named pipeline, unless the deal stands in that pipeline already', () => {
    expect(stageOf({ pipeline: 'Service' }, newDeal)).toBe('service/new')
    expect(stageOf({ pipeline: 'Service' }, { pipelineId: 'sales', isThere: true })).toBe('service/new')
    expect(stageOf({ pipeline: 'Service' }, { pipelineId: 'service', isThere: false })).toBe('service/new')
    expect(stageOf({ pipeline: 'Service' }, { pipelineId: 'service', isThere: true })).toBeUndefined()
    expect(stageOf({}, newDeal)).toBeUndefined()
  })

  it('that does not exist is told, with what was probably meant', () => {
    expect(stageOf({ pipeline: 'Sale' })).toBe(
      'pipeline: the account there has no pipeline "Sale"; did you mean "Sales"?',
    )
    expect(stageOf({ pipeline: 'Sales', stage: 'Talk' })).toBe(
      'stage: the account there has no stage "Talk"; did you mean "Talks"?',
    )
    expect(stageOf({ pipeline: '{{ run.pipeline }}', stage: 'Talk' })).toBeUndefined()
    expect(stageOf({ pipeline: 'Sales', stage: '{{ run.stage }}' })).toBeUndefined()
  })
})

describe('the user whom a block names', () => {
  const responsible = (named: string) => {
    const { values, faults } = wanted({ responsible: named })
    return faults[0]?.message ?? values.responsible
  }

  it('is found by the operator who has that e-mail, or by their own e-mail or name', () => {
    expect(responsible('OLGA@example.com')).toBe('u1')
    expect(responsible('ivan@example.com')).toBe('u2')
    expect(responsible('peter@example.com')).toBe('u2')
    expect(responsible('olga manager')).toBe('u1')
    expect(wanted({ task: { responsible: 'Olga Manager' } }).taskResponsible).toBe('u1')
  })

  it('who does not exist is told', () => {
    expect(responsible('Olga Maneger')).toBe(
      'the account there has no user "Olga Maneger"; did you mean "Olga Manager"?',
    )
    expect(wanted({ task: { responsible: 'nobody@example.org' } }).faults).toMatchObject([{ path: 'task.responsible' }])
    expect(responsible('{{ contact.responsible }}')).toBeUndefined()
  })
})

describe('the values that a block gives', () => {
  it('are those that the fields there take, found by key or title', () => {
    const { values, faults } = wanted({
      name: 'A car',
      budget: '12 000',
      fields: [
        { to: 'model', value: 'Octavia' },
        { to: 'Mileage', value: '12,5' },
        { to: 'visit on', value: '24.12.2026' },
        { to: 'Visit at', value: '2026-12-24T10:00:00+03:00' },
        { to: 'colour', value: 'Зелёный' },
        { to: 'extras', value: ['hook', 'radio'] },
        { to: 'trade_in', value: true },
        { to: 'call_to', value: '8 916 123-45-67' },
        { to: 'advert', value: null },
      ],
    })
    expect(faults).toEqual([])
    expect(values).toEqual({
      name: 'A car',
      budget: 12_000,
      model: 'Octavia',
      mileage: 12.5,
      visit_on: '2026-12-24',
      visit_at: '2026-12-24T07:00:00Z',
      colour: 'Зелёный',
      extras: ['radio', 'hook'],
      trade_in: true,
      call_to: '+79161234567',
      advert: null,
    })
  })

  it('may name the kind of a phone', () => {
    const fields = [{ to: 'phone:MOB', value: '+79161234567' }]
    expect(wanted({ entity: 'contact', fields }).values).toEqual({ 'phone:MOB': ['+79161234567'] })
  })

  it.each([
    [
      { to: 'Modell', value: 'x' },
      'fields[0].to: the account there has no field of a deal "Modell"; did you mean "Model"?',
    ],
    [{ to: 'colour', value: 'green' }, 'fields[0].value: "green" cannot be kept there'],
    [{ to: 'mileage', value: 'far' }, 'fields[0].value: "far" cannot be kept there; expected a number'],
    [{ to: 'stage', value: 'won' }, 'fields[0].to: expected the option "stage" of the block to be given instead'],
    [{ to: 'model:HOME', value: 'x' }, 'fields[0].to: the account there has no field of a deal "model:HOME"'],
  ])('are refused with the place of the fault: %j', (field, fault) => {
    const told = wanted({ fields: [field] }).faults.map(({ path, message }) => `${path}: ${message}`)
    expect(told).toEqual([expect.stringContaining(fault)])
  })

  it('of a contact are refused where they can only be read, or have no such kind', () => {
    const fields = [
      { to: 'Last seen', value: '2026-11-02T09:00:00Z' },
      { to: 'phone:FAX', value: '+79161234567' },
    ]
    expect(wanted({ entity: 'contact', fields }).faults).toEqual([
      { path: 'fields[0].value', message: '"Last seen" can only be read there' },
      { path: 'fields[1].to', message: '"phone" has no kind "FAX"; expected one of WORK, MOB' },
    ])
  })

  it('with placeholders are looked at when these are filled in, but their fields at once', () => {
    const fields = [
      { to: 'mileage', value: '{{ run.mileage }}' },
      { to: 'nowhere', value: '{{ run.mileage }}' },
    ]
    const { values, faults } = wanted({ name: '{{ run.name }}', budget: '{{ run.budget }}', fields })
    expect(values).toEqual({})
    expect(faults).toMatchObject([{ path: 'fields[1].to' }])
  })
})
