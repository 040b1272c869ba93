import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { blocks } from '../../../src/flows/blocks/registry.ts'
import { setFlowBlocked } from '../../../src/flows/engine/runs.store.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway
let flowId: number
let contactId: number

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db, { blocks })
  const draft = { name: 'Hello', blocks: [{ id: 'hi', number: 1, type: 'message', options: { text: 'Hello!' } }] }
  flowId = (await gateway.call('POST', '/flows', { draft })).body.id
  contactId = (await gateway.call('POST', '/contacts', { firstName: 'Anna' })).body.id
})
afterAll(() => fresh.drop())

const publish = () => gateway.call('POST', `/flows/${flowId}/publish`)
const signals = () =>
  fresh.db.query<{ payload: { signal: string; data: object } }>(`select payload from events order by id`)

async function insertRun(): Promise<number> {
  const [version] = await fresh.db.query<{ id: number }>('select id from flow_versions')
  await fresh.db.query(
    `insert into runs (id, project_id, flow_id, version_id, contact_id, thread_id, status, branches, variables, started_at, updated_at)
     values (7, $1, $2, $3, $4, 1, 'active', '[]', '{"city":"Kazan"}', now(), now())`,
    [gateway.projectId, flowId, version!.id, contactId],
  )
  await fresh.db.query(
    `insert into steps (id, run_id, block_id, output, input, result, duration_ms, at)
     values (1, 7, 'hi', 'next', '{"message":"hi"}', '{}', 3, now()), (2, 7, 'hi', null, null, null, 1, now())`,
  )
  return 7
}

describe('runs over the API', () => {
  it('are started once a key for a contact, and the thread is woken', async () => {
    await publish()
    const input = { flowId, contactId, block: 'hi', variables: { city: 'Kazan' }, key: 'order-1' }
    expect(await gateway.call('POST', '/runs', input)).toMatchObject({ status: 202, body: { accepted: true } })
    await gateway.call('POST', '/runs', input)
    const raised = await signals()
    expect(raised).toHaveLength(1)
    expect(raised[0]!.payload).toMatchObject({
      signal: 'start',
      data: { flow: flowId, block: 'hi', trigger: 'api', variables: { city: 'Kazan' } },
    })
    expect(gateway.handed.woken).toHaveLength(2)
  })

  it('are not started of a flow that is not published, of an unknown block, or for nobody', async () => {
    expect((await gateway.call('POST', '/runs', { flowId, contactId })).status).toBe(409)
    await publish()
    const block = await gateway.call('POST', '/runs', { flowId, contactId, block: 'nowhere' })
    expect(block.body.errors).toEqual([
      { path: 'block', message: 'the live version of "Hello" has no block "nowhere"' },
    ])
    expect((await gateway.call('POST', '/runs', { flowId })).body.errors[0].message).toContain('either contactId or')
    expect((await gateway.call('POST', '/runs', { flowId, contactId: 999 })).status).toBe(404)
    expect(await signals()).toEqual([])
  })

  it('are read with their trace, and stopped', async () => {
    await publish()
    const id = await insertRun()
    expect((await gateway.call('GET', `/runs?contactId=${contactId}&status=active`)).body.items).toMatchObject([{ id }])
    expect((await gateway.call('GET', `/runs/${id}`)).body).toMatchObject({
      variables: { city: 'Kazan' },
      status: 'active',
    })
    const steps = await gateway.call('GET', `/runs/${id}/steps?limit=1`)
    expect(steps.body.items).toMatchObject([{ blockId: 'hi', output: 'next', input: { message: 'hi' } }])
    expect(steps.body.nextCursor).not.toBeNull()
    expect((await gateway.call('POST', `/runs/${id}/stop`)).status).toBe(202)
    expect((await signals())[0]!.payload).toMatchObject({ signal: 'stop', data: { run: id } })

    await fresh.db.query(`update runs set status = 'ended'`)
    expect((await gateway.call('POST', `/runs/${id}/stop`)).body.detail).toBe('Run 7 is over already: it is ended.')
  })

  it('of another project are not seen', async () => {
    await publish()
    const id = await insertRun()
    const other = await testGateway(fresh.db)
    expect((await other.call('GET', `/runs/${id}`)).status).toBe(404)
    expect((await other.call('GET', `/runs/${id}/steps`)).status).toBe(404)
  })

  it('may begin again once the block of the flow is lifted', async () => {
    const subject = { projectId: gateway.projectId, flowId, subjectId: contactId, now: gateway.clock.now() }
    await fresh.db.transaction((tx) => setFlowBlocked(tx, subject, true))
    expect((await gateway.call('POST', `/flows/${flowId}/lift-block`, { contactId })).status).toBe(204)
    const [row] = await fresh.db.query<{ blocked_at: unknown }>('select blocked_at from subscribers')
    expect(row!.blocked_at).toBeNull()
  })
})
