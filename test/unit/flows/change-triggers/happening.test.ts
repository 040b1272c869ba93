import { describe, expect, it } from 'vitest'
import { happeningsOf, pulls } from '../../../../src/flows/change-triggers/happening.ts'
import { type ChangeTrigger, triggerSchema } from '../../../../src/flows/flow.ts'

const named = (spot: string, pipeline: string, stage: string) => ({
  spot: { id: 1, name: spot },
  pipeline: { id: 1, name: pipeline },
  stage: { id: 1, name: stage, type: 'open' },
})
const created = { kind: 'deal.created', data: { ...named('Shop', 'Sales', 'New'), responsibleId: null } }
const moved = {
  kind: 'deal.stage_entered',
  data: { from: named('Shop', 'Sales', 'New'), to: named('Shop', 'Service', 'Booked') },
}
const updated = (fields: Record<string, [unknown, unknown]>) => ({ kind: 'contact.updated', data: { fields } })
const dealUpdated = (fields: Record<string, [unknown, unknown]>) => ({ kind: 'deal.updated', data: { fields } })

/** Whether a change pulls a trigger, as the engine asks. */
function pulled(change: Parameters<typeof happeningsOf>[0], trigger: Record<string, unknown>): boolean {
  const parsed = triggerSchema.parse({ to: 'a', ...trigger }) as ChangeTrigger
  return happeningsOf(change).some((happening) => pulls(parsed, happening))
}

describe('what a trigger listens to', () => {
  it.each([
    [moved, { type: 'stage_entered' }, true],
    [moved, { type: 'stage_entered', spot: 'Shop' }, true],
    [moved, { type: 'stage_entered', spot: 'Other' }, false],
    [moved, { type: 'stage_entered', pipeline: 'Service' }, true],
    [moved, { type: 'stage_entered', pipeline: 'Sales' }, false],
    [moved, { type: 'stage_entered', spot: 'Shop', pipeline: 'Service', stage: 'Booked' }, true],
    [moved, { type: 'stage_entered', stage: 'New' }, false],
    [moved, { type: 'deal_created' }, false],
    [created, { type: 'stage_entered', stage: 'New' }, true],
    [created, { type: 'deal_created' }, true],
    [created, { type: 'deal_created', pipeline: 'Sales' }, true],
    [created, { type: 'deal_created', pipeline: 'Service' }, false],
    [created, { type: 'deal_created', spot: 'Other' }, false],
    [created, { type: 'assigned' }, false],
    [{ ...created, data: { ...created.data, responsibleId: 4 } }, { type: 'assigned', of: 'deal' }, true],
    [{ kind: 'contact.label_added', data: { label: 'vip' } }, { type: 'label_added', label: 'vip' }, true],
    [{ kind: 'contact.label_added', data: { label: 'vip' } }, { type: 'label_added', label: 'VIP' }, false],
    [{ kind: 'contact.label_added', data: { label: 'vip' } }, { type: 'label_removed', label: 'vip' }, false],
    [{ kind: 'contact.label_removed', data: { label: 'vip' } }, { type: 'label_removed', label: 'vip' }, true],
    [{ kind: 'contact.label_removed', data: { label: 'vip' } }, { type: 'label_added', label: 'vip' }, false],
    [{ kind: 'task.overdue', data: { taskId: 1, name: 'Call' } }, { type: 'task_overdue' }, true],
    [{ kind: 'task.overdue', data: { taskId: 1, name: 'Call' } }, { type: 'task_done' }, false],
    [{ kind: 'task.done', data: { taskId: 1, name: 'Call' } }, { type: 'task_done' }, true],
    [{ kind: 'conversation.assigned', data: { from: null, to: 3 } }, { type: 'assigned' }, true],
    [{ kind: 'conversation.assigned', data: { from: null, to: 3 } }, { type: 'assigned', of: 'deal' }, false],
    [{ kind: 'conversation.assigned', data: { from: 3, to: null } }, { type: 'assigned' }, false],
    [{ kind: 'deal.assigned', data: { from: 2, to: 3 } }, { type: 'assigned', of: 'deal' }, true],
    [{ kind: 'contact.responsible_changed', data: { from: 2, to: 3 } }, { type: 'assigned', of: 'contact' }, true],
    [{ kind: 'message.received', data: {} }, { type: 'stage_entered' }, false],
  ])('%j pulls %j: %s', (change, trigger, expected) => {
    expect(pulled(change, trigger)).toBe(expected)
  })

  it.each([
    [updated({ firstName: ['Ann', 'Anna'] }), { field: 'contact.first_name' }, true],
    [updated({ firstName: ['Ann', 'Anna'] }), { field: 'contact.last_name' }, false],
    [updated({ firstName: ['Ann', 'Anna'] }), { field: 'contact.first_name', value: 'Anna' }, true],
    [updated({ firstName: ['Ann', 'Anna'] }), { field: 'contact.first_name', value: 'Ann' }, false],
    [updated({ 'attributes.city': [null, 'Kazan'] }), { field: 'contact.city' }, true],
    [updated({ 'attributes.city': ['Kazan', null] }), { field: 'contact.city' }, true],
    [updated({ 'attributes.city': ['Kazan', null] }), { field: 'contact.city', value: 'null' }, false],
    [updated({ 'attributes.age': [17, 18] }), { field: 'contact.age', value: 18 }, true],
    [updated({ 'attributes.age': [17, 18] }), { field: 'contact.age', value: '18' }, true],
    [updated({ 'attributes.adult': [null, false] }), { field: 'contact.adult', value: false }, true],
    [updated({ 'attributes.adult': [null, true] }), { field: 'contact.adult', value: false }, false],
    [updated({ 'attributes.cars': [['a'], ['a', 'b']] }), { field: 'contact.cars', value: 'b' }, true],
    [updated({ 'attributes.cars': [['a'], ['a', 'b']] }), { field: 'contact.cars', value: 'a' }, false],
  ])('%j with the trigger field_changed %j: %s', (change, trigger, expected) => {
    expect(pulled(change, { type: 'field_changed', ...trigger })).toBe(expected)
  })

  it.each([
    [dealUpdated({ budget: [1, 2] }), { field: 'deal.budget' }, true],
    [dealUpdated({ budget: [1, 2] }), { field: 'deal.budget', value: 2 }, true],
    [dealUpdated({ budget: [1, 2] }), { field: 'deal.budget', value: 3 }, false],
    [dealUpdated({ 'variables.model': [null, 'X5'] }), { field: 'deal.model', value: 'X5' }, true],
    // A placeholder of that name shows the field.
    [dealUpdated({ 'variables.budget': [1, 2] }), { field: 'deal.budget' }, false],
    [dealUpdated({ conversationId: [null, 2] }), { field: 'deal.conversationId' }, false],
  ])('%j with the trigger deal_field_changed %j: %s', (change, trigger, expected) => {
    expect(pulled(change, { type: 'deal_field_changed', ...trigger })).toBe(expected)
  })

  it('tells the old and the new stage with their places', () => {
    expect(happeningsOf(moved)).toEqual([
      { type: 'stage_entered', spot: 'Shop', pipeline: 'Service', stage: 'Booked', old: 'New', new: 'Booked' },
    ])
  })
})
