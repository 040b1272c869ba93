import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isPublic, publicRoutes } from '../../src/gateway/public-routes.ts'
import { type FreshDatabase, freshDatabase } from '../database.ts'
import { type TestGateway, testGateway } from '../gateway.ts'

describe('every route of the server', () => {
  let fresh: FreshDatabase
  let gateway: TestGateway
  beforeAll(async () => {
    fresh = await freshDatabase()
    gateway = await testGateway(fresh.db)
  })
  afterAll(() => fresh.drop())

  it('asks for an API key, or is on the list of those that do not', async () => {
    expect(gateway.app.routes.length).toBeGreaterThan(50)
    expect(await openRoutes(gateway.app)).toEqual([])
  })

  it('the rule sees a route that forgot to ask, whatever it answers', async () => {
    const app = new Hono()
    app.get('/api/v1/secrets', (c) => c.json({ all: 'of them' }))
    app.delete('/api/v1/secrets/:id', (c) => c.json({}, 404))
    app.get('/api/v1/guarded', (c) => c.json({}, 401))
    app.get('/healthz', (c) => c.json({}))
    expect(await openRoutes(app)).toEqual(['GET /api/v1/secrets -> 200', 'DELETE /api/v1/secrets/:id -> 404'])
  })

  it('no entry of that list opens a call of the API', () => {
    const calls = gateway.app.routes.map(({ path }) => path).filter((path) => path.startsWith('/api/'))
    expect(calls.filter(isPublic)).toEqual(['/api/v1/openapi.json'])
    for (const { because } of publicRoutes) expect(because).toMatch(/\.$/)
  })
})

/** Calls each route without a key; what does not answer 401 is open. */
async function openRoutes(app: Hono): Promise<string[]> {
  const found: string[] = []
  for (const { method, path } of app.routes) {
    // A handler of everything below a path is no route: it only stands before those that are.
    if (path.includes('*') || isPublic(path)) continue
    const used = method === 'ALL' ? 'GET' : method
    const response = await app.request(path.replaceAll(/:\w+(\{[^}]*\})?/g, '1'), { method: used })
    if (response.status !== 401) found.push(`${method} ${path} -> ${response.status}`)
  }
  return found
}
