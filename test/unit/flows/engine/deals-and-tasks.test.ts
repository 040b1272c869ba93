import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { createSalesPlan } from '../../../../src/crm/sales-plans/create-sales-plan.ts'
import { linkOperator } from '../../../../src/crm/tasks/link-operator.ts'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { createOperator } from '../../../../src/team/create-operator.ts'
import { openStage, type Stage } from './stage.ts'

const anna = 7001
const ivan = 8001
let stage: Stage
let ivanId: number
beforeEach(async () => {
  stage = await openStage({ flows: [] })
  const { id: spotId } = await stage.run(createSpot, { name: 'Showroom' })
  await stage.run(createPipeline, { spotId, name: 'Sales', stages: [{ name: 'New' }, { name: 'Offer' }] })
  await stage.run(createSalesPlan, { name: 'November', target: 10 })
  const operator = { name: 'Ivan', email: 'ivan@example.com', role: 'manager' as const, onShift: true }
  ivanId = (await stage.run(createOperator, operator)).id
})
afterEach(() => stage.close())

const flow = (blocks: { type: string; options: object }[]): FlowInput =>
  ({
    name: 'Sale',
    triggers: [{ type: 'any_message', to: 'b0' }],
    blocks: blocks.map((block, index) => ({ id: `b${index}`, number: index + 1, ...block })),
    arrows: blocks.slice(1).map((_, index) => ({ from: `b${index}`, to: `b${index + 1}` })),
  }) as FlowInput

const deal = { type: 'create-deal', options: { spot: 'Showroom', name: 'Car' } }
const task = (options: object = {}) => ({
  type: 'create-task',
  options: { name: 'Call {{ contact.first_name }}', responsible: 'ivan@example.com', dueIn: '2h', ...options },
})
const talked = { type: 'message', options: { text: 'Task {{ run.task_id }}' } }

describe('a flow', () => {
  it('makes a task about its contact and deal, ends it, adds to a plan and wins the deal, with one commit', async () => {
    await stage.publish(
      flow([
        deal,
        task(),
        { type: 'done-task', options: {} },
        { type: 'add-to-sales-plan', options: { plan: 'November' } },
        { type: 'set-deal-status', options: { status: 'success' } },
        { type: 'message', options: { text: '{{ deal.status }}: task {{ run.task_id }}' } },
      ]),
    )
    await stage.say(anna, 'Hello')
    const contactId = await stage.contactId(anna)
    const { db } = stage
    const [found] = await db.query<{ id: number; deal_id: number }>(
      'select id, status, responsible_id, contact_id, deal_id from tasks',
    )
    const [won] = await db.query<{ id: number }>('select id, status from deals')
    expect(found).toMatchObject({ status: 'done', responsible_id: ivanId, contact_id: contactId, deal_id: won!.id })
    expect(won).toMatchObject({ status: 'success' })
    expect(await db.query('select contact_id, deal_id from sales_plan_entries')).toEqual([
      { contact_id: contactId, deal_id: won!.id },
    ])
    expect(await stage.heard(anna)).toEqual([`success: task ${found!.id}`])
  })

  it('leaves nothing of a step that fails', async () => {
    await stage.publish(flow([task({ responsible: '{{ message.text }}' }), talked]))
    await stage.say(anna, 'nobody@example.com')
    expect(await stage.heard(anna)).toEqual([])
    expect(await stage.db.query('select id from tasks')).toEqual([])
    const [step] = await stage.db.query<{ error: string }>(`select error from steps where error is not null`)
    expect(step!.error).toContain('there is no operator "nobody@example.com"')
  })
})

describe('an operator who writes to the bot as a person', () => {
  it('is reminded there before the task is due, once', async () => {
    await stage.say(ivan, 'It is me')
    await stage.run(linkOperator, { operatorId: ivanId, contactId: await stage.contactId(ivan) })
    await stage.publish(flow([task({ name: 'Call', reminders: [30] }), talked]))
    await stage.say(anna, 'Hello')
    await stage.pass('85m')
    expect(await stage.heard(ivan)).toEqual([])
    await stage.pass('5m')
    expect(await stage.heard(ivan)).toEqual([expect.stringMatching(/^⏰ 02\.11\.2026 14:00 Call\n👤 /)])
    await stage.pass('60m')
    expect(await stage.heard(ivan)).toHaveLength(1)
    const [overdue] = await stage.db.query<{ count: number }>(
      `select count(*)::int as count from changes where kind = 'task.overdue'`,
    )
    expect(overdue!.count).toBe(1)
  })
})
