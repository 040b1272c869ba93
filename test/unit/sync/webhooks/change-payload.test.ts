import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assignConversation } from '../../../../src/conversations/assign-conversation.ts'
import { addToSalesPlan } from '../../../../src/crm/sales-plans/add-to-sales-plan.ts'
import { createSalesPlan } from '../../../../src/crm/sales-plans/create-sales-plan.ts'
import { createTask } from '../../../../src/crm/tasks/create-task.ts'
import { readChanges } from '../../../../src/platform/changes.ts'
import { readChangeSubjects } from '../../../../src/sync/change-subjects.store.ts'
import { type ChangePayload, changePayload } from '../../../../src/sync/webhooks/change-payload.ts'
import { createOperator } from '../../../../src/team/create-operator.ts'
import { leaveStage, openStage, type Stage } from '../../flows/engine/stage.ts'

let stage: Stage
let contactId: number
beforeEach(async () => {
  stage = await openStage({ flows: [] })
  await stage.say(1, 'hi')
  contactId = await stage.contactId(1)
})
afterEach(() => stage.close())
afterAll(leaveStage)

/** What a subscriber gets of the last change of a kind. */
async function payloadOf(kind: string): Promise<ChangePayload['data']> {
  await stage.settle()
  const { changes } = await readChanges(stage.db, { xact: '0', changeId: 0 }, 1000)
  const change = changes.findLast((candidate) => candidate.kind === kind)!
  const subjectsOf = await readChangeSubjects(stage.db, [change], stage.clock.now())
  return changePayload(change, subjectsOf(change)).data
}
const makeOperator = () =>
  stage.run(createOperator, { name: 'Anna', email: 'anna@example.com', role: 'manager', onShift: true })

describe('the payload of a change', () => {
  it('holds the message that was said, and where', async () => {
    expect(await payloadOf('message.received')).toMatchObject({
      contact: { id: contactId, name: 'Person 1' },
      conversation: {
        kind: 'direct',
        mode: 'bot',
        unread: 1,
        assigneeId: null,
        dealId: null,
        lastMessageAt: stage.clock.now().toISOString(),
        channel: { kind: 'telegram', name: 'bot' },
      },
      message: { direction: 'inbound', text: 'hi', status: 'received', operatorId: null },
    })
  })

  it('holds the operator to whom a conversation was given', async () => {
    const { id: operatorId } = await makeOperator()
    await stage.run(assignConversation, { conversationId: await stage.conversationId(1), operatorId })
    expect(await payloadOf('conversation.assigned')).toMatchObject({
      contact: { id: contactId },
      conversation: { assigneeId: operatorId },
      operator: { id: operatorId, name: 'Anna', email: 'anna@example.com' },
      change: { from: null, to: operatorId },
    })
  })

  it('holds the task and who is to do it', async () => {
    const { id: responsibleId } = await makeOperator()
    await stage.run(createTask, { name: 'Call', contactId, responsibleId })
    expect(await payloadOf('task.created')).toMatchObject({
      task: { name: 'Call', status: 'open' },
      operator: { name: 'Anna' },
    })
  })

  it('holds the sales plan and how far it has come', async () => {
    await stage.run(createSalesPlan, { name: 'Autumn', target: 4, startsAt: '2026-09-01T00:00:00Z' })
    await stage.run(addToSalesPlan, { plan: 'Autumn', contactId })
    expect(await payloadOf('sales_plan.contact_added')).toMatchObject({
      contact: { id: contactId },
      salesPlan: {
        name: 'Autumn',
        measure: 'contacts',
        target: 4,
        startsAt: '2026-09-01T00:00:00.000Z',
        progress: { contacts: 1, percent: 25 },
      },
    })
  })

  it('names nothing that the change is not about', async () => {
    expect(Object.keys(await payloadOf('contact.created')).sort()).toEqual([
      'change',
      'contact',
      'conversation',
      'deal',
    ])
  })
})
