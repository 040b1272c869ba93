import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addLabels } from '../../../../src/contacts/add-labels.ts'
import { createAttribute } from '../../../../src/contacts/create-attribute.ts'
import { removeLabels } from '../../../../src/contacts/remove-labels.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { createTask } from '../../../../src/crm/tasks/create-task.ts'
import { longestChain } from '../../../../src/flows/change-triggers/chain.ts'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { asks, flow, leaveStage, openStage, type Stage, says } from '../engine/stage.ts'

type Trigger = NonNullable<FlowInput['triggers']>[number]
type Block = { type: string; options: Record<string, unknown> }

let stage: Stage
let contactId: number
beforeEach(async () => {
  stage = await openStage({ flows: [] })
  const { id: spotId } = await stage.run(createSpot, { name: 'Shop' })
  await stage.run(createPipeline, { spotId, name: 'Sales', stages: [{ name: 'New' }, { name: 'Offer' }] })
  await stage.run(createAttribute, { name: 'city', title: 'City', type: 'text' })
  await stage.say(1, 'hi')
  contactId = await stage.contactId(1)
})
afterEach(() => stage.close())
afterAll(leaveStage)

const labelled = (label: string): Trigger => ({ type: 'label_added', label, to: 'a' })
const addsLabel = (...labels: string[]) => ({ type: 'add-labels', options: { labels } })
const removesLabel = (...labels: string[]) => ({ type: 'remove-labels', options: { labels } })
/** A flow that does one thing after another. */
const does = (name: string, trigger: Trigger, ...blocks: Block[]) => {
  const ids = ['a', 'b', 'c'].slice(0, blocks.length)
  return stage.publish(
    flow(
      name,
      [trigger],
      Object.fromEntries(ids.map((id, index) => [id, blocks[index]!])),
      ids.slice(1).map((id, index) => `${ids[index]} > ${id}`),
    ),
  )
}
const runsOf = async () =>
  stage.db.query<{ flow: string; status: string; depth: number }>(
    `select f.name as flow, r.status, (r.cause->'chain'->>'depth')::int as depth from runs r join flows f on f.id = r.flow_id order by r.id`,
  )
const stops = async () =>
  stage.db.query<{ contact_id: number; data: Record<string, unknown> }>(
    `select contact_id, data from changes where kind = 'flow.chain_stopped' order by id`,
  )

describe('flows that start one another for ever', () => {
  /** Both flows take turns until the chain is over; that is told once, and everything else goes on. */
  async function expectStopped(): Promise<void> {
    await stage.settle()
    const runs = await runsOf()
    expect(runs.map(({ flow: name, depth }) => `${name} ${depth}`)).toEqual(
      Array.from({ length: longestChain }, (_, index) => `${index % 2 === 0 ? 'Ping' : 'Pong'} ${index + 1}`),
    )
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['ended']))
    expect(await stops()).toEqual([
      {
        contact_id: contactId,
        data: expect.objectContaining({
          flowName: 'Ping',
          depth: longestChain + 1,
          by: { kind: 'system' },
          error: 'Flows start one another in a circle: "Ping" was not started, as 10 came before it.',
        }),
      },
    ])
    await stage.publish(flow('Other', [{ type: 'any_message', to: 'a' }], { a: says('Still here') }))
    await stage.say(1, 'hello?')
    expect(await stage.heard(1)).toEqual(['Still here'])
  }

  it('by labels', async () => {
    await does('Ping', labelled('x'), removesLabel('x'), addsLabel('y'))
    await does('Pong', labelled('y'), removesLabel('y'), addsLabel('x'))
    await stage.run(addLabels, { contactId, labels: ['x'] })
    await expectStopped()
    // What somebody does afterwards is a chain of its own.
    await stage.run(removeLabels, { contactId, labels: ['x', 'y'] })
    await stage.run(addLabels, { contactId, labels: ['y'] })
    await stage.settle()
    expect((await runsOf()).filter(({ depth }) => depth !== null)).toHaveLength(2 * longestChain)
  })

  it('by stages', async () => {
    const moves = (to: string) => ({ type: 'move-deal', options: { stage: to } })
    await does('Ping', { type: 'stage_entered', stage: 'Offer', to: 'a' }, moves('New'))
    await does('Pong', { type: 'stage_entered', stage: 'New', to: 'a' }, moves('Offer'))
    await stage.run(createDeal, { contactId, name: 'Car', spot: 'Shop', stage: 'Offer' })
    await expectStopped()
  })

  it('by fields', async () => {
    const sets = (value: string) => ({ type: 'set-fields', options: { fields: [{ to: 'contact.city', value }] } })
    const becomes = (value: string): Trigger => ({ type: 'field_changed', field: 'contact.city', value, to: 'a' })
    await does('Ping', becomes('Kazan'), sets('Moscow'))
    await does('Pong', becomes('Moscow'), sets('Kazan'))
    await stage.run(updateContact, { contactId, attributes: { city: 'Kazan' } })
    await expectStopped()
  })

  it('through a flow that they start by a block', async () => {
    await stage.publish(flow('Helper', [{ type: 'manual', to: 'a' }], { a: addsLabel('x') }))
    await does('Ping', labelled('x'), removesLabel('x'), { type: 'start-flow', options: { flow: 'Helper' } })
    await stage.run(addLabels, { contactId, labels: ['x'] })
    await stage.settle()
    expect((await runsOf()).filter(({ flow: name }) => name === 'Ping').map(({ depth }) => depth)).toEqual(
      Array.from({ length: longestChain }, (_, index) => index + 1),
    )
    expect(await stops()).toHaveLength(1)
  })

  it('by tasks that are due at once', async () => {
    await does('Ping', { type: 'task_overdue', to: 'a' }, says('Late'))
    const chain = { depth: longestChain, since: stage.clock.now().toISOString() }
    const overdueAfter = async (minutes: number) => {
      const dueAt = new Date(stage.clock.now().getTime() + minutes * 60_000).toISOString()
      const work = { ...stage.work, now: stage.clock.now(), by: { kind: 'flow' as const, runId: 1, chain } }
      await stage.db.transaction((tx) => createTask(tx, work, { name: 'Call', contactId, dueAt }))
      await stage.pass(`${minutes}m`)
      await stage.parley.sweep()
      await stage.settle()
    }
    await overdueAfter(5)
    expect(await stops()).toHaveLength(1)
    await overdueAfter(60)
    expect(await stops()).toHaveLength(1)
    expect(await stage.heard(1)).toEqual(['Late'])
  })

  it('by themselves: what a flow does never starts it anew', async () => {
    await does('Self', labelled('x'), removesLabel('x'), addsLabel('x'))
    await stage.run(addLabels, { contactId, labels: ['x'] })
    await stage.settle()
    expect(await runsOf()).toEqual([{ flow: 'Self', status: 'ended', depth: 1 }])
    expect(await stops()).toEqual([])
  })
})

describe('flows that start one another and come to an end', () => {
  it('all run, one after another', async () => {
    for (let index = 1; index < longestChain; index++)
      await does(`Flow ${index}`, labelled(`l${index}`), addsLabel(`l${index + 1}`))
    await does('Last', labelled(`l${longestChain}`), says('Done'))
    await stage.run(addLabels, { contactId, labels: ['l1'] })
    await stage.settle()
    expect(await stage.heard(1)).toEqual(['Done'])
    expect(await stops()).toEqual([])
  })

  it('go on for ever when they take their time', async () => {
    const waits = { type: 'delay', options: { for: '2h' } }
    await does('Ping', labelled('x'), removesLabel('x'), waits, addsLabel('y'))
    await does('Pong', labelled('y'), removesLabel('y'), waits, addsLabel('x'))
    await stage.run(addLabels, { contactId, labels: ['x'] })
    for (let round = 0; round < longestChain + 2; round++) {
      await stage.settle()
      await stage.pass('2h')
    }
    await stage.settle()
    expect(await runsOf()).toHaveLength(longestChain + 3)
    expect(await stops()).toEqual([])
  })

  it('go on as long as a person answers them', async () => {
    await does('Ping', labelled('x'), removesLabel('x'), asks('Ping?', 'p'), addsLabel('y'))
    await does('Pong', labelled('y'), removesLabel('y'), asks('Pong?', 'p'), addsLabel('x'))
    await stage.run(addLabels, { contactId, labels: ['x'] })
    for (let round = 0; round < longestChain + 2; round++) {
      await stage.settle()
      await stage.say(1, `answer ${round}`)
    }
    await stage.settle()
    expect(await stage.heard(1)).toHaveLength(longestChain + 3)
    expect(await stops()).toEqual([])
  })
})

describe('a flow that cannot be started', () => {
  it('keeps no other from starting, and it is told', async () => {
    await does('Labelled', labelled('x'), says('Labelled'))
    await stage.say(2, 'hi')
    const other = await stage.contactId(2)
    await stage.rest()
    await stage.db.query('delete from threads where conversation_id = $1', [await stage.conversationId(1)])
    for (const id of [contactId, other]) await stage.run(addLabels, { contactId: id, labels: ['x'] })
    await stage.settle()
    expect(await stage.heard(2)).toEqual(['Labelled'])
    expect(
      await stage.db.query(`select contact_id, data->>'error' as error from changes where kind = 'flow.start_failed'`),
    ).toEqual([{ contact_id: contactId, error: expect.stringMatching(/has no thread/) }])
  })
})
