import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { blocks } from '../../../../src/flows/blocks/registry.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway
let contactId: number

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db, { blocks })
  contactId = (await gateway.call('POST', '/contacts', { firstName: 'Anna' })).body.id
  const spot = await gateway.call('POST', '/spots', { name: 'Shop' })
  await gateway.call('POST', '/pipelines', { spotId: spot.body.id, name: 'Sales' })
})
afterAll(() => fresh.drop())

const run = (script: string, more: Record<string, unknown> = {}) =>
  gateway.call('POST', '/calculator/run', { contactId, script, ...more })

/** Everything that a script could change, as it stands. */
async function everything(): Promise<unknown> {
  const tables = [
    'contacts',
    'deals',
    'tasks',
    'notes',
    'changes',
    'runs',
    'conversations',
    'subscribers',
    'identities',
  ]
  return Promise.all(tables.map((table) => fresh.db.query(`select * from ${table} order by 1`)))
}

describe('the playground of the calculator', () => {
  it('answers with result, variables, output and time', async () => {
    const { status, body } = await run('greeting = "Hello, #{name}" print(rate) rate * 2', { variables: { rate: 21 } })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      faults: [],
      value: 42,
      variables: { greeting: 'Hello, Anna' },
      calls: [],
      effects: [],
      silencedBy: null,
      output: ['21'],
    })
    expect(body.steps).toBeGreaterThan(3)
    expect(body.timeMs).toBeGreaterThan(0)
  })

  it('tells what a script would have done, and keeps nothing of it', async () => {
    const before = await everything()
    const { body } = await run(
      'id = create_order("Car", 5) set_order_var(id, "color", "red") set_note("Hi") block_client()',
    )
    expect(body.faults).toEqual([])
    expect(body.calls).toHaveLength(4)
    expect(body.calls[0]).toMatch(/^create_order\("Car", 5, .*\) → \d+$/)
    expect(body.effects.map(({ kind }: { kind: string }) => kind)).toEqual([
      'deal.created',
      'deal.updated',
      'note.added',
      'contact.blocked',
    ])
    expect(body.effects[3].text).toBe(`contact blocked (contact ${contactId})`)
    expect(body.silencedBy).toBe('block_client()')
    expect(await everything()).toEqual(before)
  })

  it('tells line, column and what was expected of a script that cannot run', async () => {
    expect((await run('a = 1\nb = (2')).body.faults).toEqual([
      { line: 2, column: 7, message: expect.stringContaining('expected') },
    ])
    const unknown = await run('a = 1\n  set_note() no_such(1)')
    expect(unknown.body.faults).toEqual([
      { line: 2, column: 3, message: expect.stringContaining('needs `comment`') },
      { line: 2, column: 14, message: 'there is no function no_such()' },
    ])
  })

  it('tells the line of a script that could not go on, with what it had printed', async () => {
    const before = await everything()
    const { status, body } = await run('set_note("a")\nprint("so far")\nx = 1 / 0')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      faults: [{ line: 3, column: 7, message: 'division by zero' }],
      output: ['so far'],
      effects: [],
      calls: [],
    })
    expect(await everything()).toEqual(before)
  })

  it('masks secrets', async () => {
    await gateway.call('PUT', '/variables/shop_key', { value: 'hunter22', secret: true })
    const { body } = await run('print(shop_key) x = "key: " + shop_key set_note(shop_key) x')
    expect(JSON.stringify(body)).not.toContain('hunter22')
    expect(body.value).toBe('key: •••')
  })

  it('refuses a contact, deal, conversation or flow that there is not', async () => {
    expect((await gateway.call('POST', '/calculator/run', { contactId: 999, script: '1' })).status).toBe(404)
    expect((await run('1', { dealId: 999 })).status).toBe(404)
    expect((await run('1', { conversationId: 999 })).status).toBe(404)
    expect((await run('1', { flowId: 999 })).status).toBe(404)
    expect((await gateway.call('POST', '/calculator/run', { script: '1' })).status).toBe(400)
    const key = await gateway.makeKey('read')
    expect((await gateway.call('POST', '/calculator/run', { contactId, script: '1' }, key)).status).toBe(403)
  })
})
