import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { blocks } from '../../../src/flows/blocks/registry.ts'
import type { FlowInput } from '../../../src/flows/flow.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db, { blocks })
})
afterAll(() => fresh.drop())

const hello: FlowInput = {
  name: 'Hello',
  triggers: [{ type: 'first_message', to: 'hi' }],
  blocks: [{ id: 'hi', number: 1, type: 'message', options: { text: 'Hello!' } }],
}

const make = (draft: object = hello) => gateway.call('POST', '/flows', { draft })

describe('flows over the API', () => {
  it('are made, read, changed and listed', async () => {
    const made = await make()
    expect(made).toMatchObject({ status: 201, body: { name: 'Hello', revision: 1, published: false } })
    expect(made.body.draft.blocks[0]).toMatchObject({ id: 'hi', state: 'skip' })
    const changed = await gateway.call('PUT', `/flows/${made.body.id}`, {
      draft: { ...hello, name: 'Hi' },
      revision: 1,
    })
    expect(changed.body).toMatchObject({ name: 'Hi', revision: 2 })
    expect((await gateway.call('GET', '/flows')).body.items).toMatchObject([{ name: 'Hi', liveVersion: null }])
  })

  it('refuse a change of a draft that was changed meanwhile', async () => {
    const { body } = await make()
    await gateway.call('PUT', `/flows/${body.id}`, { draft: hello, revision: 1 })
    const late = await gateway.call('PUT', `/flows/${body.id}`, { draft: hello, revision: 1 })
    expect(late).toMatchObject({ status: 409, body: { detail: expect.stringContaining('revision 1') } })
  })

  it('name the place of a fault in a draft', async () => {
    const { status, body } = await make({ ...hello, blocks: [{ id: 'hi', number: 0, type: 'message' }] })
    expect(status).toBe(400)
    expect(body.errors[0].path).toBe('blocks[0].number')
  })

  it('are checked without being stored: a dangling arrow, an unknown block, a bad placeholder', async () => {
    const draft = {
      ...hello,
      blocks: [
        { id: 'hi', number: 1, type: 'message', options: { text: '{{ contact.name' } },
        { id: 'x', number: 2, type: 'teleport' },
      ],
      arrows: [{ from: 'hi', to: 'nowhere' }],
    }
    const { status, body } = await gateway.call('POST', '/flows/check', { draft })
    expect(status).toBe(200)
    const paths = body.faults.map((fault: { path: string }) => fault.path).join('\n')
    expect(paths).toMatch(/blocks\[0\].*options\.text/)
    expect(paths).toMatch(/blocks\[1\]/)
    expect(paths).toMatch(/arrows\[0\]/)
    expect((await gateway.call('GET', '/flows')).body.items).toEqual([])
  })

  it('are published as versions, which can be restored, and unpublished', async () => {
    const { body } = await make()
    const first = await gateway.call('POST', `/flows/${body.id}/publish`)
    expect(first.body).toMatchObject({ flow: { published: true }, version: { number: 1 }, warnings: [] })
    expect(gateway.handed.projects).toContain(gateway.projectId)
    const other = { ...hello, blocks: [{ id: 'hi', number: 1, type: 'message', options: { text: 'Bye!' } }] }
    await gateway.call('PUT', `/flows/${body.id}`, { draft: other })
    await gateway.call('POST', `/flows/${body.id}/publish`, { revision: 2 })
    const versions = await gateway.call('GET', `/flows/${body.id}/versions`)
    expect(versions.body.items.map((version: { number: number }) => version.number)).toEqual([2, 1])
    const restored = await gateway.call('POST', `/flows/${body.id}/versions/1/restore`)
    expect(restored.body.draft.blocks[0].options.text).toBe('Hello!')
    const version = await gateway.call('GET', `/flows/${body.id}/versions/2`)
    expect(version.body.graph.blocks[0].options.text).toBe('Bye!')

    expect((await gateway.call('DELETE', `/flows/${body.id}`)).status).toBe(409)
    await gateway.call('POST', `/flows/${body.id}/unpublish`)
    expect((await gateway.call('DELETE', `/flows/${body.id}`)).status).toBe(204)
  })

  it('are not published with faults, which are all told', async () => {
    const { body } = await make({ ...hello, triggers: [{ type: 'first_message', to: 'nowhere' }] })
    const refused = await gateway.call('POST', `/flows/${body.id}/publish`)
    expect(refused.status).toBe(400)
    expect(refused.body.errors).toEqual([
      { path: expect.stringMatching(/^triggers\[0\].*\.to$/), message: 'there is no block "nowhere" in this flow' },
    ])
  })

  it('come with a schema and the blocks they are made of', async () => {
    const schema = await gateway.call('GET', '/flow-schema')
    expect(schema.body).toMatchObject({ title: 'Flow', type: 'object' })
    const types = await gateway.call('GET', '/block-types')
    expect(types.body.items.map((block: { type: string }) => block.type)).toEqual([...blocks.keys()])
  })
})
