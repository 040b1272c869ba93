import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
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

/** A change shows once no older transaction of the whole server runs any more: on a busy server a moment later. */
async function changesFrom(query: string) {
  return vi.waitFor(
    async () => {
      const { body } = await gateway.call('GET', `/changes?${query}`)
      expect(body.items.length).toBeGreaterThan(0)
      return body
    },
    { timeout: 10_000 },
  )
}

describe('the list of changes', () => {
  it('goes on where it ended, also after more has happened', async () => {
    await setVariable('one')
    await setVariable('two')
    const first = await changesFrom('limit=1&kinds=variable.set')
    expect(first.items).toMatchObject([{ kind: 'variable.set', data: { name: 'one' } }])
    const second = await changesFrom(`kinds=variable.set&cursor=${first.nextCursor}`)
    expect(second.items).toMatchObject([{ data: { name: 'two' } }])
    await setVariable('three')
    const third = await changesFrom(`kinds=variable.set&cursor=${second.nextCursor}`)
    expect(third.items).toMatchObject([{ data: { name: 'three' } }])
  })

  it('shows the wanted kinds of the own project only', async () => {
    const other = await testGateway(fresh.db)
    await other.call('PUT', '/variables/theirs', { value: 'x' })
    await setVariable('mine')
    await gateway.call('DELETE', '/variables/mine')
    await changesFrom('kinds=variable.deleted')
    const kinds = async (wanted: string) =>
      (await changesFrom(`kinds=${wanted}`)).items.map((change: { kind: string }) => change.kind)
    expect(await kinds('variable.set')).toEqual(['variable.set'])
    expect(await kinds('variable.*')).toEqual(['variable.set', 'variable.deleted'])
  })
})

describe('the event stream', () => {
  it('sends what happens from now on, each with its place', async () => {
    const stream = await openStream()
    await setVariable('one')
    gateway.ringChanges()
    expect(await stream.until('"one"')).toMatch(/id: \d+-\d+\nevent: variable\.set\ndata: \{.*"name":"one".*\}\n\n$/)
    await stream.end()
  })

  it('goes on behind the Last-Event-ID of a client that comes back', async () => {
    const first = await openStream()
    await setVariable('one')
    await setVariable('two')
    const events = [...(await first.until('"two"')).matchAll(/id: (\S+)\n.*\ndata: (.*)/g)]
    await first.end()
    expect(events.map((event) => JSON.parse(event[2]!).data.name)).toEqual(['one', 'two'])

    await setVariable('three')
    const again = await openStream({ 'last-event-id': events[0]![1]! })
    const text = await again.until('"three"')
    expect(text).toContain('"two"')
    expect(text).not.toContain('"one"')
    await again.end()
  })

  it('refuses a place that it did not give', async () => {
    const headers = { authorization: `Bearer ${gateway.key}`, 'last-event-id': 'x' }
    expect((await gateway.app.request('/api/v1/events', { headers })).status).toBe(400)
  })

  it('ends when the program stops', async () => {
    const stream = await openStream()
    gateway.stop.abort()
    expect(await stream.rest()).not.toContain('data:')
  })
})

async function openStream(headers: Record<string, string> = {}) {
  const response = await gateway.app.request('/api/v1/events?kinds=variable.*', {
    headers: { authorization: `Bearer ${gateway.key}`, ...headers },
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  return {
    /** Reads until something stands there. */
    async until(what: string) {
      let text = ''
      while (!text.includes(what)) text += (await reader.read()).value ?? ''
      return text
    },
    /** Reads to the end. */
    async rest() {
      let text = ''
      for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value
      return text
    },
    end: () => reader.cancel(),
  }
}
