import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isPublic } from '../../../src/gateway/public-routes.ts'
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

describe('every route', () => {
  it('asks for an API key unless it is on the public list', async () => {
    const closed = gateway.app.routes.filter(({ method, path }) => method !== 'ALL' && !isPublic(path))
    expect(closed.length).toBeGreaterThan(10)
    for (const { method, path } of closed) {
      const response = await gateway.app.request(path.replaceAll(/:\w+/g, '1'), { method })
      expect(response.status, `${method} ${path}`).toBe(401)
    }
  })

  it('that is public stands outside the API, but for its description', () => {
    const open = gateway.app.routes.filter(({ path }) => isPublic(path) && path.startsWith('/api/'))
    expect(open.map(({ path }) => path)).toEqual(['/api/v1/openapi.json'])
  })
})

describe('problems', () => {
  it('are told as problem+json with the number of the request', async () => {
    const response = await gateway.app.request('/api/v1/project', { headers: { 'x-request-id': 'abc-1' } })
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(response.headers.get('x-request-id')).toBe('abc-1')
    expect(JSON.parse(await response.text())).toEqual({
      type: 'about:blank',
      title: 'The caller is not known',
      status: 401,
      code: 'unauthenticated',
      detail: 'There is no API key; expected a header such as "Authorization: Bearer pk_…".',
      requestId: 'abc-1',
    })
  })

  it('name an unknown key, an unknown address and a request id that is not sane', async () => {
    expect((await gateway.call('GET', '/project', undefined, 'pk_wrong')).body.detail).toContain('not known')
    const response = await gateway.app.request('/api/v2/x', { headers: { 'x-request-id': 'a b' } })
    expect(response.status).toBe(404)
    expect(response.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
    expect(JSON.parse(await response.text()).detail).toBe(
      'There is nothing at GET /api/v2/x; /api/v1/openapi.json lists what there is.',
    )
  })

  it('tell what is wrong with a body that is no JSON, of another type, empty or too large', async () => {
    const send = async (body: string, type = 'application/json') => {
      const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': type }
      const response = await gateway.app.request('/api/v1/operators', { method: 'POST', headers, body })
      return { status: response.status, detail: JSON.parse(await response.text()).detail }
    }
    expect(await send('{"name": ')).toMatchObject({
      status: 400,
      detail: expect.stringContaining('The body is not JSON'),
    })
    expect(await send('name=x', 'application/x-www-form-urlencoded')).toMatchObject({
      status: 400,
      detail: 'The body is application/x-www-form-urlencoded; expected application/json in the header Content-Type.',
    })
    expect(await send('')).toMatchObject({ status: 400, detail: expect.stringContaining('The body is empty') })
    expect(await send(JSON.stringify({ name: 'x'.repeat(1_048_576) }))).toMatchObject({ status: 413 })
  })

  it('name a wrong number in the address and a wrong or unknown word in the query', async () => {
    expect((await gateway.call('GET', '/operators/abc')).body.errors).toEqual([
      { path: 'id', message: 'expected a whole number above 0' },
    ])
    const { body } = await gateway.call('GET', '/operators?limit=0&lable=x')
    expect(body.errors.map((fault: { path: string }) => fault.path)).toEqual(['limit', 'lable'])
    expect((await gateway.call('GET', '/operators?cursor=!!')).status).toBe(400)
  })

  it('show nothing of the inside when the error was not meant', async () => {
    gateway.open.set('broken', {
      id: 1,
      projectId: gateway.projectId,
      adapter: {
        receive: () => {
          throw new TypeError('internal detail')
        },
      } as never,
    })
    const response = await gateway.app.request('/hooks/broken', { method: 'POST' })
    const text = await response.text()
    expect(response.status).toBe(500)
    expect(text).not.toContain('internal detail')
    expect(text).toContain(response.headers.get('x-request-id'))
  })
})

describe('health', () => {
  it('tells that the process lives and that the database is ready', async () => {
    expect((await gateway.app.request('/healthz')).status).toBe(200)
    expect(await (await gateway.app.request('/readyz')).json()).toEqual({ status: 'ready' })
  })

  it('is not ready while a migration is missing', async () => {
    const [last] = await fresh.db.query<{ name: string; hash: string }>(
      'delete from schema_migrations where name = (select max(name) from schema_migrations) returning name, hash',
    )
    const response = await gateway.app.request('/readyz')
    await fresh.db.query('insert into schema_migrations (name, hash, breaking) values ($1, $2, false)', [
      last!.name,
      last!.hash,
    ])
    expect(response.status).toBe(503)
    expect(JSON.parse(await response.text()).detail).toContain(last!.name)
  })

  it('is not ready while the program stops', async () => {
    gateway.stop.abort()
    expect((await gateway.app.request('/readyz')).status).toBe(503)
  })

  it('counts in the form that Prometheus reads', async () => {
    await gateway.call('GET', '/project')
    await gateway.call('GET', '/operators/7')
    const response = await gateway.app.request('/metrics')
    const text = await response.text()
    expect(response.headers.get('content-type')).toContain('text/plain')
    expect(text).toContain('parley_api_seconds_count{operation="getProject",status="200"} 1')
    expect(text).toContain('parley_api_seconds_count{operation="readOperator",status="404"} 1')
    expect(text).toContain('parley_messages_received_total 0')
  })
})

describe('the description of the API', () => {
  it('lists every call with its access', async () => {
    const response = await gateway.app.request('/api/v1/openapi.json')
    const description = JSON.parse(await response.text())
    expect(description.openapi).toBe('3.1.0')
    expect(description.paths['/api/v1/operators/{id}'].get).toMatchObject({
      operationId: 'readOperator',
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
      responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Operator' } } } } },
    })
    const mounted = gateway.app.routes.filter(({ path }) => path.startsWith('/api/v1/') && !isPublic(path))
    for (const { method, path } of mounted) {
      if (method === 'ALL') continue
      const written = path.replaceAll(/:(\w+)/g, '{$1}')
      expect(description.paths[written]?.[method.toLowerCase()], `${method} ${path}`).toBeDefined()
    }
  })
})
