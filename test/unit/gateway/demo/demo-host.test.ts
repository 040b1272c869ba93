import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mountCars } from '../../../../src/gateway/demo/cars.routes.ts'
import { withDemoHost } from '../../../../src/gateway/demo/demo-host.ts'
import { type RunningServer, startServer } from '../../../../src/gateway/server.ts'
import { createSafeHttp, type SafeHttp } from '../../../../src/platform/safe-http/safe-http.ts'

let server: RunningServer
let http: SafeHttp

beforeAll(async () => {
  const app = new Hono()
  mountCars(app)
  app.get('/private', (c) => c.text('not for flows'))
  server = await startServer(app, { host: '127.0.0.1', port: 0 })
  http = withDemoHost(createSafeHttp({ allowedPrivateHosts: [] }), () => server.address)
})
afterAll(async () => {
  await http.close()
  await server.close(0)
})

const get = (url: string) => http.request({ method: 'GET', url })

describe('the host of the demo', () => {
  it('leads to our own cars by a real request', async () => {
    const { status, body } = await get('http://demo.localhost/demo/cars?budget=20000')
    expect(status).toBe(200)
    expect(JSON.parse(new TextDecoder().decode(body)).car.model).toBe('Skerry Estate')
  })

  it('opens nothing else: no other path, and not our address itself', async () => {
    for (const url of [
      'http://demo.localhost/private',
      'http://demo.localhost/demo/cars/../../private',
      `${server.address}/demo/cars?budget=20000`,
      `${server.address}/private`,
      `http://localhost:${server.port}/demo/cars`,
    ]) {
      await expect(get(url), url).rejects.toMatchObject({ code: 'refused_address' })
    }
  })
})
