import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAttribute } from '../../../src/contacts/create-attribute.ts'
import { channels } from '../../../src/conversations/conversations.table.ts'
import { createPipeline } from '../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../src/crm/create-spot.ts'
import { blocks } from '../../../src/flows/blocks/registry.ts'
import { deleteFlow } from '../../../src/flows/delete-flow.ts'
import { createEmailTemplate } from '../../../src/flows/email-templates/create-email-template.ts'
import type { FlowInput } from '../../../src/flows/flow.ts'
import { findFlowVersion, listFlows, listFlowVersions } from '../../../src/flows/flows.store.ts'
import { getFlow } from '../../../src/flows/get-flow.ts'
import { readProjectLookup } from '../../../src/flows/project-lookup.ts'
import { publishFlow as publish } from '../../../src/flows/publish-flow.ts'
import { restoreFlowVersion } from '../../../src/flows/restore-flow-version.ts'
import { saveFlow } from '../../../src/flows/save-flow.ts'
import { unpublishFlow } from '../../../src/flows/unpublish-flow.ts'
import type { Tx } from '../../../src/platform/database/database.ts'
import type { AppError } from '../../../src/platform/errors.ts'
import type { WorkContext } from '../../../src/team/context.ts'
import { updateProject } from '../../../src/team/update-project.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { closedProject, makeProject, recordedChanges } from '../../project.ts'
import { openChannel } from './blocks/step.ts'

let fresh: FreshDatabase
let context: WorkContext
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  context = await makeProject(fresh.db)
})
afterAll(() => fresh.drop())

const run = <Input, Result>(verb: (tx: Tx, context: WorkContext, input: Input) => Promise<Result>, input: Input) =>
  fresh.db.transaction((tx) => verb(tx, context, input))
const publishFlow = (tx: Tx, context: WorkContext, input: { flowId: number; revision?: number }) =>
  publish(tx, context, input, { registry: blocks, ...closedProject })

const greeting = (text: string): FlowInput => ({
  name: 'Greeting',
  triggers: [{ type: 'first_message', to: 'hello' }],
  blocks: [{ id: 'hello', number: 1, type: 'note', options: { text } }],
})

describe('saveFlow', () => {
  it('keeps a draft that is not finished, with its defaults', async () => {
    const flow = await run(saveFlow, {
      draft: { name: 'Half', blocks: [{ id: 'a', number: 1, type: 'nothing known' }] },
    })
    expect(flow).toMatchObject({ name: 'Half', revision: 1, liveVersionId: null })
    expect(flow.draft.blocks[0]).toMatchObject({ state: 'skip', options: {} })
  })

  it('refuses what is no flow, and points at the place', async () => {
    const refused = (await run(saveFlow, {
      draft: { name: '', blocks: [{ id: 'a b', number: 1, type: 'note' }] },
    }).catch((error) => error)) as AppError
    expect(refused.faults.map((fault) => fault.path)).toEqual(['name', 'blocks[0].id'])
  })

  it('does not overwrite what somebody else saved meanwhile', async () => {
    const { id } = await run(saveFlow, { draft: greeting('one') })
    const edits = await Promise.allSettled(
      ['two', 'three'].map((text) => run(saveFlow, { flowId: id, revision: 1, draft: greeting(text) })),
    )
    expect(edits.map((edit) => edit.status).sort()).toEqual(['fulfilled', 'rejected'])
    const lost = edits.find((edit) => edit.status === 'rejected') as PromiseRejectedResult
    expect(lost.reason).toMatchObject({ code: 'conflict', message: expect.stringContaining('your change') })
    expect((await getFlow(fresh.db, context.projectId, id)).revision).toBe(2)
    expect((await run(saveFlow, { flowId: id, draft: greeting('four') })).revision).toBe(3)
  })

  it('keeps names apart', async () => {
    await run(saveFlow, { draft: greeting('one') })
    await expect(run(saveFlow, { draft: greeting('two') })).rejects.toThrow('has a flow "Greeting" already')
    const other = await run(saveFlow, { draft: { name: 'Other' } })
    await expect(run(saveFlow, { flowId: other.id, draft: greeting('two') })).rejects.toThrow('already')
    expect((await listFlows(fresh.db, context.projectId, {})).items.map(({ name }) => name)).toEqual([
      'Greeting',
      'Other',
    ])
  })
})

describe('publishFlow', () => {
  it('makes a version that later edits do not touch', async () => {
    const { id } = await run(saveFlow, { draft: greeting('one') })
    const first = await run(publishFlow, { flowId: id })
    await run(saveFlow, { flowId: id, draft: greeting('two') })
    expect(first.version.number).toBe(1)
    const second = await run(publishFlow, { flowId: id })
    expect(second.flow.liveVersionId).toBe(second.version.id)
    const texts = await Promise.all(
      [1, 2].map(
        async (number) =>
          (await findFlowVersion(fresh.db, context.projectId, id, number))!.graph.blocks[0]!.options.text,
      ),
    )
    expect(texts).toEqual(['one', 'two'])
    expect(
      (await recordedChanges(fresh.db)).filter(({ kind }) => kind === 'flow.published').map(({ data }) => data),
    ).toEqual([
      { flowId: id, name: 'Greeting', version: 1 },
      { flowId: id, name: 'Greeting', version: 2 },
    ])
    expect((await listFlows(fresh.db, context.projectId, {})).items[0]).toMatchObject({ liveVersion: 2 })
    expect(
      (await listFlowVersions(fresh.db, context.projectId, { flowId: id })).items.map(({ number }) => number),
    ).toEqual([2, 1])
  })

  it('makes no second version of what is live already', async () => {
    const { id } = await run(saveFlow, { draft: greeting('one') })
    await run(publishFlow, { flowId: id })
    await run(saveFlow, { flowId: id, draft: greeting('one') })
    expect((await run(publishFlow, { flowId: id })).version.number).toBe(1)
  })

  it('refuses a draft with faults, each at its block and field, and leaves the live version alone', async () => {
    const { id } = await run(saveFlow, { draft: greeting('one') })
    const { version } = await run(publishFlow, { flowId: id })
    await run(saveFlow, {
      flowId: id,
      draft: {
        ...greeting('{{ contact.'),
        arrows: [{ from: 'hello', to: 'nowhere' }],
        triggers: [{ type: 'manual', to: 'hello', channels: ['tg'] }],
      },
    })
    const refused = (await run(publishFlow, { flowId: id }).catch((error) => error)) as AppError
    expect(refused.code).toBe('invalid')
    const paths = refused.faults.map((fault) => fault.path).join('\n')
    expect(paths).toContain('blocks[0]')
    expect(paths).toContain('options.text')
    expect(paths).toContain('arrows[0]')
    expect(paths).toContain('channels[0]')
    expect((await getFlow(fresh.db, context.projectId, id)).liveVersionId).toBe(version.id)
  })

  it('refuses when the draft is not the one that was looked at', async () => {
    const { id } = await run(saveFlow, { draft: greeting('one') })
    await expect(run(publishFlow, { flowId: id, revision: 7 })).rejects.toThrow(
      'you have its revision 7, it is now at 1',
    )
  })

  it('of another project is not found', async () => {
    const { id } = await run(saveFlow, { draft: greeting('one') })
    const other = await makeProject(fresh.db)
    await expect(fresh.db.transaction((tx) => publishFlow(tx, other, { flowId: id }))).rejects.toThrow(
      'There is no flow',
    )
  })
})

describe('a published flow', () => {
  it('is taken back, and removed only then', async () => {
    const { id } = await run(saveFlow, { draft: greeting('one') })
    await run(publishFlow, { flowId: id })
    await expect(run(deleteFlow, { flowId: id })).rejects.toThrow('is published; unpublish it first')
    expect((await run(unpublishFlow, { flowId: id })).liveVersionId).toBeNull()
    await run(unpublishFlow, { flowId: id })
    expect((await recordedChanges(fresh.db)).filter(({ kind }) => kind === 'flow.unpublished')).toHaveLength(1)
    await run(deleteFlow, { flowId: id })
    await expect(getFlow(fresh.db, context.projectId, id)).rejects.toThrow('There is no flow')
  })

  it('has older versions that can be taken into the draft', async () => {
    const { id } = await run(saveFlow, { draft: greeting('one') })
    await run(publishFlow, { flowId: id })
    await run(saveFlow, { flowId: id, draft: { ...greeting('two'), name: 'Renamed' } })
    const restored = await run(restoreFlowVersion, { flowId: id, number: 1, revision: 2 })
    expect(restored).toMatchObject({ name: 'Renamed', revision: 3 })
    expect(restored.draft.blocks[0]!.options.text).toBe('one')
    await expect(run(restoreFlowVersion, { flowId: id, number: 9 })).rejects.toThrow('has no version 9')
  })
})

describe('readProjectLookup', () => {
  it('knows what flows can refer to', async () => {
    const { projectId, now } = context
    await run(createAttribute, { name: 'colour', type: 'choice', choices: ['red'] })
    const spot = await run(createSpot, { name: 'Moscow' })
    await run(createPipeline, { spotId: spot.id, name: 'Sales', stages: [{ name: 'New' }] })
    await fresh.db.orm.insert(channels).values({
      projectId,
      kind: 'webchat',
      name: 'site',
      settings: {},
      hookId: 'h',
      enabled: true,
      createdAt: now,
      updatedAt: now,
    })
    await run(createEmailTemplate, { name: 'Welcome' })
    await run(updateProject, { defaultFlow: 'Greeting' })
    const { id } = await run(saveFlow, { draft: greeting('one') })
    await run(publishFlow, { flowId: id })
    await run(saveFlow, { flowId: id, draft: { name: 'Greeting', blocks: [{ id: 'bye', number: 2, type: 'note' }] } })
    const lookup = await readProjectLookup(fresh.db, projectId, closedProject)
    expect(lookup.attributes.get('colour')).toEqual({ type: 'choice', choices: ['red'] })
    expect(lookup.spots.get('Moscow')?.get('Sales')).toEqual(['Unprocessed', 'New', 'Won', 'Lost', 'Archive'])
    expect([...lookup.channels.keys()]).toEqual(['site'])
    expect(lookup.channels.get('site')?.can('direct')).toBeUndefined()
    const open = await readProjectLookup(fresh.db, projectId, {
      ...closedProject,
      channels: { capabilities: (_id, kind) => openChannel({ email: kind === 'email' }).can(kind) },
    })
    expect([open.channels.get('site')?.can('email')?.email, open.channels.get('site')?.can('direct')?.email]).toEqual([
      true,
      false,
    ])
    expect([[...lookup.emailTemplates], lookup.defaultFlow]).toEqual([['Welcome'], 'Greeting'])
    expect([...lookup.flows.get('Greeting')!].sort()).toEqual(['bye', 'hello'])
    const other = await makeProject(fresh.db)
    expect((await readProjectLookup(fresh.db, other.projectId, closedProject)).flows.size).toBe(0)
  })
})
