import { describe, expect, it } from 'vitest'
import { blocks } from '../../../../src/flows/blocks/registry.ts'
import { checkFlow } from '../../../../src/flows/check-flow.ts'
import { lookup } from '../blocks/step.ts'

function faultsOf(trigger: Record<string, unknown>): string[] {
  const draft = {
    name: 'Listening',
    triggers: [{ to: 'hello', ...trigger }],
    blocks: [{ id: 'hello', number: 1, type: 'message', options: { text: '{{ trigger.new }}' } }],
  }
  return checkFlow(draft, blocks, lookup()).faults.map(({ path, message }) => `${path}: ${message}`)
}

describe('a trigger of a change', () => {
  it.each([
    { type: 'stage_entered' },
    { type: 'stage_entered', spot: 'Showroom', stage: 'Done' },
    { type: 'stage_entered', pipeline: 'Service' },
    { type: 'deal_created', pipeline: 'Sales' },
    { type: 'deal_field_changed', field: 'deal.budget', value: 5 },
    { type: 'deal_field_changed', field: 'deal.any_variable' },
    { type: 'label_added', label: 'vip' },
    { type: 'label_removed', label: 'vip' },
    { type: 'field_changed', field: 'contact.first_name' },
    { type: 'field_changed', field: 'contact.city', value: 'Kazan' },
    { type: 'task_overdue' },
    { type: 'task_done' },
    { type: 'assigned' },
    { type: 'assigned', of: 'deal', operator: 'Olga@Example.com' },
  ])('%j names only what the project has', (trigger) => {
    expect(faultsOf(trigger)).toEqual([])
  })

  it.each([
    [
      { type: 'stage_entered', spot: 'Garage' },
      'triggers[0].spot: the project has no spot "Garage"; expected one of "Showroom"',
    ],
    [
      { type: 'stage_entered', spot: 'Showroom', pipeline: 'Rent' },
      'triggers[0].pipeline: the spot "Showroom" has no pipeline "Rent"; expected one of "Sales", "Service"',
    ],
    [
      { type: 'stage_entered', pipeline: 'Sales', stage: 'Booked' },
      'triggers[0].stage: the pipeline "Sales" has no stage "Booked"; expected one of "New", "Qualified", "Won"',
    ],
    [
      { type: 'stage_entered', stage: 'Gone' },
      'triggers[0].stage: the project has no stage "Gone"; expected one of "New", "Qualified", "Won", "Booked", "Done"',
    ],
    [
      { type: 'deal_created', pipeline: 'Rent' },
      'triggers[0].pipeline: the project has no pipeline "Rent"; expected one of "Sales", "Service"',
    ],
    [
      { type: 'assigned', operator: 'nobody@example.com' },
      'triggers[0].operator: the project has no operator "nobody@example.com"; expected one of "olga@example.com"',
    ],
    [
      { type: 'field_changed', field: 'contact.labels' },
      'triggers[0].field: has triggers of its own; expected the trigger label_added or label_removed',
    ],
    [
      { type: 'deal_field_changed', field: 'deal.stage' },
      'triggers[0].field: has a trigger of its own; expected the trigger stage_entered',
    ],
  ])('%j is refused', (trigger, fault) => {
    expect(faultsOf(trigger)).toEqual([fault])
  })

  it.each([
    [
      { type: 'field_changed', field: 'contact.shoe_size' },
      /^triggers\[0\]\.field: the project has no attribute "shoe_size"/,
    ],
    [{ type: 'field_changed', field: 'city' }, /^triggers\[0\]\.field: expected contact\.… and a name/],
    [{ type: 'deal_field_changed', field: 'contact.city' }, /^triggers\[0\]\.field: expected deal\.… and a name/],
    [{ type: 'field_changed' }, /^triggers\[0\]\.field: /],
    [{ type: 'label_removed' }, /^triggers\[0\]\.label: /],
    [{ type: 'assigned', of: 'task' }, /^triggers\[0\]\.of: /],
    [{ type: 'assigned', operator: 'Olga' }, /^triggers\[0\]\.operator: /],
    [{ type: 'stage_entered', stages: ['New'] }, /^triggers\[0\]\.stages: is not known here/],
  ])('%j is refused as unreadable or unknown', (trigger, fault) => {
    expect(faultsOf(trigger)).toEqual([expect.stringMatching(fault)])
  })
})
