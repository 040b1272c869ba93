import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from '../../../src/gateway/server.ts'

const running: RunningServer[] = []
afterEach(() => Promise.all(running.splice(0).map((server) => server.close(0))))

async function start(app: Hono, port = 0): Promise<RunningServer> {
  const server = await startServer(app, { host: '127.0.0.1', port })
  running.push(server)
  return server
}

describe('the server', () => {
  it('serves the app and tells where', async () => {
    const server = await start(new Hono().get('/', (c) => c.text('here')))
    expect(server.address).toBe(`http://127.0.0.1:${server.port}`)
    expect(await (await fetch(server.address)).text()).toBe('here')
  })

  it('names PORT and the address when the port is taken', async () => {
    const { port } = await start(new Hono())
    await expect(start(new Hono(), port)).rejects.toThrow(
      `PORT is ${port}, but another program listens at http://127.0.0.1:${port} already. Stop it, or choose another PORT.`,
    )
  })

  it('lets a request finish before it closes, and takes no new one', async () => {
    const entered = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const app = new Hono().get('/', async (c) => {
      entered.resolve()
      await release.promise
      return c.text('finished')
    })
    const server = await start(app)
    const request = fetch(server.address).then((response) => response.text())
    await entered.promise
    const closed = server.close(10_000)
    await expect(fetch(server.address)).rejects.toThrow()
    release.resolve()
    expect(await request).toBe('finished')
    await closed
  })

  it('cuts off a request that outlasts the limit', async () => {
    const entered = Promise.withResolvers<void>()
    const app = new Hono().get('/', () => {
      entered.resolve()
      return new Promise<Response>(() => {})
    })
    const server = await start(app)
    const request = fetch(server.address)
    await entered.promise
    await Promise.all([server.close(20), expect(request).rejects.toThrow()])
  })
})
