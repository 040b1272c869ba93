import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addLabels } from '../../../../src/contacts/add-labels.ts'
import { createAttribute } from '../../../../src/contacts/create-attribute.ts'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { removeLabels } from '../../../../src/contacts/remove-labels.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { assignConversation } from '../../../../src/conversations/assign-conversation.ts'
import { setMode } from '../../../../src/conversations/set-mode.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { moveDeal } from '../../../../src/crm/move-deal.ts'
import { createTask } from '../../../../src/crm/tasks/create-task.ts'
import { doneTask } from '../../../../src/crm/tasks/done-task.ts'
import { updateDeal } from '../../../../src/crm/update-deal.ts'
import { blocks } from '../../../../src/flows/blocks/registry.ts'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { publishFlow } from '../../../../src/flows/publish-flow.ts'
import { saveFlow } from '../../../../src/flows/save-flow.ts'
import { createOperator } from '../../../../src/team/create-operator.ts'
import { closedProject } from '../../../project.ts'
import { flow, leaveStage, openStage, type Stage, says } from '../engine/stage.ts'

type Trigger = NonNullable<FlowInput['triggers']>[number]

let stage: Stage
let contactId: number
beforeEach(async () => {
  stage = await openStage({ flows: [] })
  const { id: spotId } = await stage.run(createSpot, { name: 'Shop' })
  await stage.run(createPipeline, { spotId, name: 'Sales', stages: [{ name: 'New' }, { name: 'Offer' }] })
  await stage.run(createPipeline, { spotId, name: 'Service', stages: [{ name: 'Booked' }] })
  await stage.run(createAttribute, { name: 'city', title: 'City', type: 'text' })
  await stage.say(1, 'hi')
  contactId = await stage.contactId(1)
})
afterEach(() => stage.close())
afterAll(leaveStage)

const tells = (name: string, trigger: Trigger, text: string) =>
  stage.publish(flow(name, [trigger], { tell: says(text) }))
const heard = async (chat = 1) => {
  await stage.settle()
  return stage.heard(chat)
}
const makeAnna = () =>
  stage.run(createOperator, { name: 'Anna', email: 'anna@example.com', role: 'manager', onShift: true })
const deal = (more: object = {}) => stage.run(createDeal, { contactId, name: 'Car', spot: 'Shop', ...more })

describe('what starts a flow', () => {
  it('a deal that enters a stage, by being made or moved there, which is the current deal of the run', async () => {
    const text = '{{ deal.name }} {{ deal.stage }}: {{ trigger.old }} > {{ trigger.new }} in {{ trigger.pipeline }}'
    await tells('Stage', { type: 'stage_entered', pipeline: 'Sales', to: 'tell' }, text)
    const { id: dealId } = await deal()
    await stage.run(moveDeal, { dealId, stage: 'Offer' })
    await stage.run(moveDeal, { dealId, pipeline: 'Service', stage: 'Booked' })
    expect(await heard()).toEqual([
      expect.stringMatching(/^Car .*: {2}> New in Sales$/),
      expect.stringMatching(/^Car .*: New > Offer in Sales$/),
    ])
    expect(await stage.db.query('select deal_id from runs')).toEqual([{ deal_id: dealId }, { deal_id: dealId }])
  })

  it('a deal that is made', async () => {
    await tells('Deal', { type: 'deal_created', pipeline: 'Service', to: 'tell' }, 'New deal {{ deal.name }}')
    await deal()
    await deal({ pipeline: 'Service', name: 'Oil' })
    expect(await heard()).toEqual(['New deal Oil'])
  })

  it('a field or variable of a deal that changes, also only to a value', async () => {
    await tells(
      'Budget',
      { type: 'deal_field_changed', field: 'deal.budget', to: 'tell' },
      '{{ trigger.old }} > {{ trigger.new }}',
    )
    await tells(
      'Model',
      { type: 'deal_field_changed', field: 'deal.model', value: 'X5', to: 'tell' },
      'An {{ deal.model }}',
    )
    const { id: dealId } = await deal({ budget: 5 })
    await stage.run(updateDeal, { dealId, budget: 7, variables: { model: 'X3' } })
    await stage.run(updateDeal, { dealId, variables: { model: 'X5' } })
    expect(await heard()).toEqual(['5 > 7', 'An X5'])
  })

  it('a label that is put on or taken off, once', async () => {
    await tells('On', { type: 'label_added', label: 'vip', to: 'tell' }, 'On {{ trigger.label }}')
    await tells('Off', { type: 'label_removed', label: 'vip', to: 'tell' }, 'Off {{ trigger.label }}')
    for (const labels of [['vip', 'other'], ['vip']]) await stage.run(addLabels, { contactId, labels })
    for (const labels of [['vip'], ['vip']]) await stage.run(removeLabels, { contactId, labels })
    expect(await heard()).toEqual(['On vip', 'Off vip'])
  })

  it('a field or attribute of a contact that changes, whoever changes it', async () => {
    await tells(
      'City',
      { type: 'field_changed', field: 'contact.city', value: 'Kazan', to: 'tell' },
      'Now in {{ contact.city }}',
    )
    await tells(
      'User',
      { type: 'field_changed', field: 'contact.username', to: 'tell' },
      '{{ trigger.old }} > {{ trigger.new }} by {{ trigger.by.kind }}',
    )
    await stage.run(updateContact, { contactId, attributes: { city: 'Moscow' } })
    await stage.run(updateContact, { contactId, attributes: { city: 'Kazan' } })
    const from = { id: 1, is_bot: false, first_name: 'Person 1' }
    for (const [index, username] of ['ann', 'ann', 'anna'].entries())
      await stage.update({
        message: {
          message_id: 50 + index,
          date: 1_793_600_000,
          chat: { id: 1, type: 'private' },
          from: { ...from, username },
          text: 'x',
        },
      })
    expect(await heard()).toEqual(['Now in Kazan', ' > ann by channel', 'ann > anna by channel'])
  })

  it('a conversation, deal or contact that is given to an operator, also only to one', async () => {
    const { id: anna } = await makeAnna()
    const { id: boris } = await stage.run(createOperator, {
      name: 'Boris',
      email: 'boris@example.com',
      role: 'manager',
      onShift: true,
    })
    await tells('Any', { type: 'assigned', to: 'tell' }, '{{ trigger.of }}: {{ trigger.operator.name }}')
    await tells(
      'Boris',
      { type: 'assigned', operator: 'Boris@example.com', of: 'deal', to: 'tell' },
      'Boris has a deal',
    )
    const conversationId = await stage.conversationId(1)
    for (const operatorId of [anna, null]) await stage.run(assignConversation, { conversationId, operatorId })
    const { id: dealId } = await deal()
    for (const responsibleId of [anna, boris]) await stage.run(updateDeal, { dealId, responsibleId })
    await stage.run(updateContact, { contactId, responsibleId: anna })
    expect(await heard()).toEqual([
      'conversation: Anna',
      'deal: Anna',
      'deal: Boris',
      'Boris has a deal',
      'contact: Anna',
    ])
  })
})

describe('what becomes of tasks', () => {
  it('starts a flow when one is overdue, and when one is done, with its deal', async () => {
    const { id: responsibleId } = await makeAnna()
    await tells(
      'Late',
      { type: 'task_overdue', to: 'tell' },
      '{{ trigger.task.name }} of {{ trigger.operator.name }} is late',
    )
    await tells('Done', { type: 'task_done', to: 'tell' }, '{{ trigger.task.name }} is done for {{ deal.name }}')
    const { id: dealId } = await deal()
    const { id: taskId } = await stage.run(createTask, {
      name: 'Call',
      dealId,
      responsibleId,
      dueAt: '2026-11-02T10:00:00Z',
    })
    await stage.run(createTask, { name: 'Of nobody', dueAt: '2026-11-02T10:00:00Z' })
    await stage.pass('1h')
    await stage.parley.sweep()
    expect(await heard()).toEqual(['Call of Anna is late'])
    await stage.run(doneTask, { taskId })
    expect(await heard()).toEqual(['Call of Anna is late', 'Call is done for Car'])
  })
})

describe('where the run begins', () => {
  it('in the conversation of the channels that it names, and not at all without one', async () => {
    const trigger: Trigger = { type: 'label_added', label: 'vip', to: 'tell' }
    await stage.publish(flow('Here', [{ ...trigger, channels: ['bot'] }], { tell: says('Here') }))
    const stranger = await stage.run(createContact, {
      fields: { firstName: 'Ann' },
      identities: [{ kind: 'telegram', value: '77' }],
    })
    for (const id of [contactId, stranger.id]) await stage.run(addLabels, { contactId: id, labels: ['vip'] })
    expect(await heard()).toEqual(['Here'])
    expect(await stage.db.query('select contact_id from runs')).toEqual([{ contact_id: contactId }])
  })

  it('without a conversation, through the sending channel of the deal', async () => {
    await tells('Deal', { type: 'deal_created', to: 'tell' }, 'Your deal: {{ deal.name }}')
    const { id } = await stage.run(createContact, {
      fields: { firstName: 'Ann' },
      identities: [{ kind: 'telegram', value: '77' }],
    })
    await stage.run(createDeal, { contactId: id, name: 'Boat', spot: 'Shop', sendingChannel: 'bot' })
    expect(await heard(77)).toEqual(['Your deal: Boat'])
  })

  it('also while people have the conversation', async () => {
    await tells('Labelled', { type: 'label_added', label: 'vip', to: 'tell' }, 'Labelled')
    await stage.publish(flow('Any', [{ type: 'any_message', to: 'tell' }], { tell: says('Never') }))
    await stage.run(setMode, { conversationId: await stage.conversationId(1), mode: 'manual' as const })
    await stage.say(1, 'hello?')
    await stage.run(addLabels, { contactId, labels: ['vip'] })
    expect(await heard()).toEqual(['Labelled'])
  })

  it('in the group itself when a group is assigned, only for triggers that listen to groups', async () => {
    const { id: operatorId } = await makeAnna()
    await stage.publish(
      flow('Group', [{ type: 'assigned', conversations: ['group'], to: 'tell' }], {
        tell: says('{{ trigger.operator.name }} is here'),
      }),
    )
    await tells('Direct', { type: 'assigned', to: 'tell' }, 'Never')
    await stage.sayInGroup(-100, 2, '@agent_bot hi')
    await stage.rest()
    await stage.run(assignConversation, { conversationId: await stage.conversationId(-100), operatorId })
    expect(await heard(-100)).toEqual(['Anna is here'])
  })
})

describe('what is published while changes are read', () => {
  it('starts for what happens afterwards also when this process was not told of it', async () => {
    const draft = flow('Elsewhere', [{ type: 'label_added', label: 'one', to: 'tell' }], { tell: says('One') })
    await stage.run(addLabels, { contactId, labels: ['other'] })
    await stage.settle()
    const { id: flowId } = await stage.run(saveFlow, { draft })
    await stage.db.transaction((tx) => publishFlow(tx, stage.work, { flowId }, { registry: blocks, ...closedProject }))
    await stage.run(addLabels, { contactId, labels: ['one'] })
    expect(await heard()).toEqual(['One'])
  })

  it('starts for all that happens afterwards, and nothing once it is unpublished', async () => {
    await stage.run(addLabels, { contactId, labels: ['one'] })
    await stage.settle()
    await tells('Later', { type: 'label_added', label: 'two', to: 'tell' }, 'Two')
    await stage.run(addLabels, { contactId, labels: ['two'] })
    expect(await heard()).toEqual(['Two'])
    const [later] = await stage.db.query<{ id: number }>(`select id from flows where name = 'Later'`)
    await stage.api('POST', `/flows/${later!.id}/unpublish`, {})
    await stage.run(removeLabels, { contactId, labels: ['two'] })
    await stage.run(addLabels, { contactId, labels: ['two'] })
    expect(await heard()).toEqual(['Two'])
  })
})
