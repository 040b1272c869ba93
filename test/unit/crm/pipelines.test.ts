import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../src/contacts/create-contact.ts'
import { createDeal } from '../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../src/crm/create-spot.ts'
import { createStage } from '../../../src/crm/create-stage.ts'
import { deletePipeline } from '../../../src/crm/delete-pipeline.ts'
import { deleteSpot } from '../../../src/crm/delete-spot.ts'
import { deleteStage } from '../../../src/crm/delete-stage.ts'
import { getPipeline } from '../../../src/crm/get-place.ts'
import { listPipelines, listSpots } from '../../../src/crm/pipelines.store.ts'
import { updatePipeline } from '../../../src/crm/update-pipeline.ts'
import { updateSpot } from '../../../src/crm/update-spot.ts'
import { updateStage } from '../../../src/crm/update-stage.ts'
import type { Tx } from '../../../src/platform/database/database.ts'
import type { WorkContext } from '../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { makeProject } from '../../project.ts'

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
const stagesOf = async (id: number) =>
  (await getPipeline(fresh.db, context.projectId, id)).stages.map(
    (stage) => `${stage.position} ${stage.name} ${stage.type}`,
  )

describe('a spot', () => {
  it('has a name of its own', async () => {
    const spot = await run(createSpot, { name: 'Moscow' })
    await run(createSpot, { name: 'Tver' })
    await expect(run(createSpot, { name: ' Moscow ' })).rejects.toThrow('has a spot "Moscow" already')
    await expect(run(updateSpot, { spotId: spot.id, name: 'Tver' })).rejects.toThrow('has a spot "Tver" already')
    expect(await run(updateSpot, { spotId: spot.id, name: 'Moskva' })).toMatchObject({ id: spot.id, name: 'Moskva' })
    expect((await listSpots(fresh.db, context.projectId, {})).items.map(({ name }) => name)).toEqual(['Moskva', 'Tver'])
    await expect(run(createSpot, { name: '' })).rejects.toThrow('name: expected a name')
  })

  it('is removed with its pipelines, unless deals stand in it', async () => {
    const spot = await run(createSpot, { name: 'Moscow' })
    await run(createPipeline, { spotId: spot.id, name: 'Sales' })
    const contact = await run(createContact, {})
    await run(createDeal, { contactId: contact.id, name: 'Lada' })
    await expect(run(deleteSpot, { spotId: spot.id })).rejects.toThrow(
      'The spot "Moscow" still holds 1 deal; move them',
    )
    const empty = await run(createSpot, { name: 'Tver' })
    const pipeline = await run(createPipeline, { spotId: empty.id, name: 'Sales' })
    await run(deleteSpot, { spotId: empty.id })
    await expect(getPipeline(fresh.db, context.projectId, pipeline.id)).rejects.toThrow('There is no pipeline')
  })
})

describe('a pipeline', () => {
  it('gets what every funnel needs around the stages that are asked for', async () => {
    const spot = await run(createSpot, { name: 'Moscow' })
    const pipeline = await run(createPipeline, {
      spotId: spot.id,
      name: 'Sales',
      stages: [{ name: 'Test drive' }, { name: 'Contract', color: '#ABCDEF' }, { name: 'Paid', type: 'won' }],
    })
    expect(await stagesOf(pipeline.id)).toEqual([
      '1 Unprocessed unprocessed',
      '2 Test drive open',
      '3 Contract open',
      '4 Paid won',
      '5 Lost lost',
      '6 Archive archive',
    ])
    expect(pipeline.stages[2]!.color).toBe('#abcdef')
    const plain = await run(createPipeline, { spotId: spot.id, name: 'Plain' })
    expect((await stagesOf(plain.id))[1]).toBe('2 In progress open')
    expect(
      (await listPipelines(fresh.db, context.projectId, { spotId: spot.id })).items.map(({ name }) => name),
    ).toEqual(['Sales', 'Plain'])
  })

  it('refuses two stages of one name, a wrong colour and a second archive', async () => {
    const { id: spotId } = await run(createSpot, { name: 'Moscow' })
    const make = (stages: { name: string; type?: 'archive'; color?: string }[]) =>
      run(createPipeline, { spotId, name: 'Sales', stages })
    await expect(make([{ name: 'A' }, { name: 'A' }])).rejects.toThrow('stages: expected each name once')
    await expect(make([{ name: 'A', color: 'red' }])).rejects.toThrow(
      'stages[0].color: expected a colour such as #3b82f6',
    )
    await expect(
      make([
        { name: 'A', type: 'archive' },
        { name: 'B', type: 'archive' },
      ]),
    ).rejects.toThrow('at most one stage')
  })

  it('is renamed and removed', async () => {
    const { id: spotId } = await run(createSpot, { name: 'Moscow' })
    const pipeline = await run(createPipeline, { spotId, name: 'Sales' })
    await expect(run(createPipeline, { spotId, name: 'Sales' })).rejects.toThrow('has a pipeline "Sales" already')
    expect((await run(updatePipeline, { pipelineId: pipeline.id, name: 'Service' })).name).toBe('Service')
    await run(deletePipeline, { pipelineId: pipeline.id })
    expect((await listPipelines(fresh.db, context.projectId, {})).items).toEqual([])
  })

  it('of another project is not found', async () => {
    const { id: spotId } = await run(createSpot, { name: 'Moscow' })
    const pipeline = await run(createPipeline, { spotId, name: 'Sales' })
    const other = await makeProject(fresh.db)
    await expect(fresh.db.transaction((tx) => deletePipeline(tx, other, { pipelineId: pipeline.id }))).rejects.toThrow(
      'There is no pipeline',
    )
    await expect(fresh.db.transaction((tx) => createPipeline(tx, other, { spotId, name: 'Mine' }))).rejects.toThrow(
      'There is no spot',
    )
  })
})

describe('a stage', () => {
  let pipelineId: number
  beforeEach(async () => {
    const { id: spotId } = await run(createSpot, { name: 'Moscow' })
    pipelineId = (await run(createPipeline, { spotId, name: 'Sales', stages: [{ name: 'First' }] })).id
  })

  it('is added after the last open one, or where it is wanted', async () => {
    await run(createStage, { pipelineId, name: 'Second' })
    await run(createStage, { pipelineId, name: 'Zeroth', position: 2 })
    expect((await stagesOf(pipelineId)).slice(0, 5)).toEqual([
      '1 Unprocessed unprocessed',
      '2 Zeroth open',
      '3 First open',
      '4 Second open',
      '5 Won won',
    ])
    await expect(run(createStage, { pipelineId, name: 'Second' })).rejects.toThrow('has a stage "Second" already')
    await expect(run(createStage, { pipelineId, name: 'Old', type: 'archive' })).rejects.toThrow(
      'of type archive already: "Archive"',
    )
  })

  it('moves to another place, and the others close up', async () => {
    const second = await run(createStage, { pipelineId, name: 'Second' })
    await run(updateStage, { stageId: second.id, position: 2, name: 'Early' })
    expect((await stagesOf(pipelineId)).slice(0, 4)).toEqual([
      '1 Unprocessed unprocessed',
      '2 Early open',
      '3 First open',
      '4 Won won',
    ])
  })

  it('is removed unless deals stand in it or the funnel needs it', async () => {
    const second = await run(createStage, { pipelineId, name: 'Second' })
    const contact = await run(createContact, {})
    await run(createDeal, { contactId: contact.id, name: 'Lada', stage: 'Second' })
    await expect(run(deleteStage, { stageId: second.id })).rejects.toThrow('still holds 1 deal')
    const first = (await getPipeline(fresh.db, context.projectId, pipelineId)).stages[1]!
    await run(deleteStage, { stageId: first.id })
    await expect(run(deleteStage, { stageId: second.id })).rejects.toThrow('only stage of type open')
  })
})
