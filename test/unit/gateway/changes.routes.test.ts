import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
})
afterAll(() => fresh.drop())

const setVariable = (name: string) => gateway.call('PUT', `/variables/${name}`, { value: name })

describe('the list of changes', () => {
  it('goes on where it ended, also after more has happened', async () => {
    const start = await gateway.call('GET', '/changes')
    await setVariable('one')
    await setVariable('two')
    const first = await gateway.call('GET', `/changes?limit=1&cursor=${start.body.nextCursor}`)
    expect(first.body.items).toMatchObject([{ kind: 'variable.set', data: { name: 'one' } }])
    const second = await gateway.call('GET', `/changes?cursor=${first.body.nextCursor}`)
    expect(second.body.items).toMatchObject([{ data: { name: 'two' } }])
    await setVariable('three')
    const third = await gateway.call('GET', `/changes?cursor=${second.body.nextCursor}`)
    expect(third.body.items).toMatchObject([{ data: { name: 'three' } }])
  })

  it('shows the wanted kinds of the own project only', async () => {
    const other = await testGateway(fresh.db)
    await other.call('PUT', '/variables/theirs', { value: 'x' })
    await setVariable('mine')
    await gateway.call('DELETE', '/variables/mine')
    const kinds = async (wanted: string) =>
      (await gateway.call('GET', `/changes?kinds=${wanted}`)).body.items.map((change: { kind: string }) => change.kind)
    expect(await kinds('variable.set')).toEqual(['variable.set'])
    expect(await kinds('variable.*')).toEqual(['variable.set', 'variable.deleted'])
  })
})

describe('the event stream', () => {
  it('sends what happens from now on, each with its place', async () => {
    await setVariable('before')
    const stream = await openStream()
    await stream.next()
    await setVariable('one')
    gateway.ringChanges()
    const text = await stream.next()
    expect(text).toMatch(/^id: \d+-\d+\nevent: variable\.set\ndata: \{.*"name":"one".*\}\n\n$/)
    await stream.end()
  })

  it('goes on behind the Last-Event-ID of a client that comes back', async () => {
    const first = await openStream()
    const place = /id: (\S+)/.exec(await first.next())![1]!
    await first.end()
    await setVariable('one')
    await setVariable('two')
    const again = await openStream({ 'last-event-id': place })
    await again.next()
    const events = [...(await again.next()).matchAll(/id: (\S+)\n.*\ndata: (.*)/g)]
    expect(events.map((event) => JSON.parse(event[2]!).data.name)).toEqual(['one', 'two'])
    await again.end()

    const between = await openStream({ 'last-event-id': events[0]![1]! })
    await between.next()
    expect(await between.next()).not.toContain('"one"')
    await between.end()
  })

  it('refuses a place that it did not give', async () => {
    const headers = { authorization: `Bearer ${gateway.key}`, 'last-event-id': 'x' }
    expect((await gateway.app.request('/api/v1/events', { headers })).status).toBe(400)
  })

  it('ends when the program stops', async () => {
    const stream = await openStream()
    await stream.next()
    gateway.stop.abort()
    await expect(stream.next().then((text) => text === '' || Promise.reject(new Error(text)))).resolves.toBe(true)
  })
})

async function openStream(headers: Record<string, string> = {}) {
  const response = await gateway.app.request('/api/v1/events', {
    headers: { authorization: `Bearer ${gateway.key}`, ...headers },
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  return {
    next: async () => {
      const { value } = await reader.read()
      return decoder.decode(value)
    },
    end: () => reader.cancel(),
  }
}
