import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { blocks } from '../../../../src/compose/block-registry.ts'
import { publishFlow } from '../../../../src/flows/publish-flow.ts'
import { saveFlow } from '../../../../src/flows/save-flow.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { knownIntegrations } from '../../../../src/sync/blocks/known-integrations.ts'
import { emptyMapping } from '../../../../src/sync/mapping/mapping.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { ledgerLists } from '../../../doubles/ledger/lists.ts'
import { closedChannels, makeProject } from '../../../project.ts'

let fresh: FreshDatabase
let work: WorkContext
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  work = await makeProject(fresh.db)
})
afterAll(() => fresh.drop())

async function connect(name: string, lists: unknown): Promise<void> {
  await fresh.db.query(
    `insert into integrations (project_id, name, kind, settings, hook_id, direction, sends, mapping, enabled, lists, created_at, updated_at)
     values ($1, $2, 'ledger', '{}', $2, 'both', 'by_flow', $3::text::jsonb, true, $4::text::jsonb, now(), now())`,
    [work.projectId, name, JSON.stringify(emptyMapping), JSON.stringify(lists)],
  )
}

/** The faults that keep a flow with one such block from being published. */
async function publish(options: Record<string, unknown>): Promise<string[]> {
  const draft = {
    name: 'Sale',
    triggers: [{ type: 'any_message' as const, to: 'push' }],
    blocks: [{ id: 'push', number: 1, type: 'deal-in-crm', name: 'Push', options }],
    arrows: [],
  }
  return fresh.db
    .transaction(async (tx) => {
      const flow = await saveFlow(tx, work, { draft })
      const parts = { registry: blocks, channels: closedChannels, integrations: knownIntegrations }
      await publishFlow(tx, work, { flowId: flow.id }, parts)
    })
    .then(
      () => [],
      (error: unknown) => {
        if (!(error instanceof AppError)) throw error
        return error.faults.map(({ path, message }) => `${path}: ${message}`)
      },
    )
}

it('keeps a flow from being published that names what the account does not have, with block and field', async () => {
  await connect('ledger', ledgerLists())
  const options = {
    integration: 'ledger',
    pipeline: 'Sales',
    stage: 'Talk',
    responsible: 'nobody@example.com',
    fields: [
      { to: 'Colur', value: 'red' },
      { to: 'Colour', value: 'green' },
      { to: 'Visit on', value: 'some day' },
    ],
    task: { text: 'Call', responsible: 'Olga' },
  }
  const at = 'blocks[0] (deal-in-crm "Push").options.'
  expect(await publish(options)).toEqual([
    `${at}stage: the account there has no stage "Talk"; did you mean "Talks"?`,
    expect.stringContaining(`${at}responsible: the account there has no user "nobody@example.com"`),
    `${at}fields[0].to: the account there has no field of a deal "Colur"; did you mean "Colour"?`,
    expect.stringContaining(`${at}fields[1].value: "green" cannot be kept there`),
    expect.stringContaining(`${at}fields[2].value: "some day" cannot be kept there`),
    expect.stringContaining(`${at}task.responsible: no user there stands for the operator Olga`),
  ])
  expect(await publish({ integration: 'legder' })).toEqual([
    `${at}integration: the project has no integration "legder"; expected one of "ledger"`,
  ])
})

it('lets it be published when all is there, and while the account was never read', async () => {
  await connect('ledger', ledgerLists())
  await connect('new', null)
  const options = { integration: 'ledger', pipeline: 'Sales', stage: 'Talks', fields: [{ to: 'Colour', value: 'red' }] }
  expect(await publish(options)).toEqual([])
  expect(await publish({ ...options, integration: 'new', stage: 'Anything' })).toEqual([])
})

it('knows the integrations of the project alone', async () => {
  const other = await makeProject(fresh.db)
  await connect('ledger', ledgerLists())
  expect((await knownIntegrations(fresh.db, other.projectId)).size).toBe(0)
  expect([...(await knownIntegrations(fresh.db, work.projectId)).keys()]).toEqual(['ledger'])
})
