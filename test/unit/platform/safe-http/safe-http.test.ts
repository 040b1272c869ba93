import { afterEach, describe, expect, test } from 'vitest'
import { createSafeHttp } from '../../../../src/platform/safe-http/safe-http.ts'
import { client, closeAll, get, names, server, text } from './peers.ts'
import { startServer } from './server.ts'

afterEach(closeAll)

describe('limits', () => {
  test('a body larger than the limit is cut off, announced or not', async () => {
    const big = Buffer.alloc(3_000)
    const announced = await server((_, response) => response.setHeader('content-length', big.length).end(big))
    const streamed = await server((_, response) => {
      response.write(big)
      response.end(big)
    })
    for (const { url } of [announced, streamed])
      await expect(client(['127.0.0.1']).request(get(url, { maxResponseBytes: 2_999 }))).rejects.toMatchObject({
        code: 'too_large',
        message: expect.stringContaining('2999 bytes'),
      })
    const answer = await client(['127.0.0.1']).request(get(announced.url, { maxResponseBytes: 3_000 }))
    expect(answer.body).toHaveLength(3_000)
  })

  test('the time-out also ends an answer that drips byte by byte', async () => {
    const dripping = await server((_, response) => {
      const drip = setInterval(() => response.write('.'), 20)
      response.on('close', () => clearInterval(drip))
    })
    await expect(client(['127.0.0.1']).request(get(dripping.url, { timeoutMs: 200 }))).rejects.toMatchObject({
      code: 'timeout',
      message: 'There was no complete answer within 200 ms.',
      retryable: true,
    })
  })

  test('the time-out covers all redirects together', async () => {
    const slow = await server((request, response) => {
      setTimeout(() => response.writeHead(302, { location: `${request.url}x` }).end(), 80)
    })
    await expect(client(['127.0.0.1']).request(get(`${slow.url}/`, { timeoutMs: 200 }))).rejects.toMatchObject({
      code: 'timeout',
    })
  })

  test('the time-out covers a name that is never resolved', async () => {
    const http = createSafeHttp({ allowedPrivateHosts: [], lookup: () => {} })
    await expect(http.request(get('http://silent.example/', { timeoutMs: 50 }))).rejects.toMatchObject({
      code: 'timeout',
    })
  })

  test('the caller can end a request, also before it begins', async () => {
    const silent = await server(() => {})
    const caller = new AbortController()
    const request = client(['127.0.0.1']).request(get(silent.url, { signal: caller.signal }))
    caller.abort(new Error('stopping'))
    await expect(request).rejects.toMatchObject({ code: 'unavailable', message: 'The request was cancelled.' })
    await expect(client(['127.0.0.1']).request(get(silent.url, { signal: caller.signal }))).rejects.toMatchObject({
      code: 'unavailable',
    })
  })
})

describe('answers and failures', () => {
  test('an answer has its status, headers, body and duration, whatever the status', async () => {
    const only = await server((_, response) => {
      response.writeHead(418, { 'X-Kind': 'Tea', 'set-cookie': ['a=1', 'b=2'] }).end('Чай')
    })
    const answer = await client(['127.0.0.1']).request(get(`${only.url}/p?q=%D1%8F#part`))
    expect(answer).toMatchObject({ status: 418, headers: { 'x-kind': 'Tea', 'set-cookie': 'a=1, b=2' } })
    expect(text(answer.body)).toBe('Чай')
    expect(answer.durationMs).toBeGreaterThan(0)
    expect(only.requests[0]?.url).toBe('/p?q=%D1%8F')
  })

  test('headers of the connection are ours', async () => {
    const only = await server()
    const headers = {
      Host: 'evil.example',
      'Content-Length': '3',
      Connection: 'close',
      'Accept-Encoding': 'gzip',
      'X-A': '1',
    }
    await client(['127.0.0.1']).request({ method: 'POST', url: only.url, headers, body: 'long body' })
    expect(only.requests[0]).toMatchObject({
      body: 'long body',
      headers: { host: `127.0.0.1:${only.port}`, 'x-a': '1' },
    })
    expect(only.requests[0]?.headers).not.toHaveProperty('accept-encoding')
  })

  test.each([
    ['X-A', 'a\r\nX-B: b'],
    ['X-A', 'Привет'],
    ['X A', 'a'],
  ])('a header %s: %j is refused', async (name, value) => {
    await expect(client().request(get('https://example.com', { headers: { [name]: value } }))).rejects.toMatchObject({
      code: 'invalid',
    })
  })

  test('a closed port, an unknown name and a dropped connection are "unavailable" and name the host', async () => {
    const dropping = await server((request) => request.socket.destroy())
    const gone = await startServer(() => {})
    await gone.close()
    const http = client(['127.0.0.1'], names({}))
    for (const [url, host] of [
      [gone.url, `127.0.0.1:${gone.port}`],
      ['http://unknown.example/', 'unknown.example'],
      [dropping.url, `127.0.0.1:${dropping.port}`],
    ] as const)
      await expect(http.request(get(url))).rejects.toMatchObject({
        code: 'unavailable',
        retryable: true,
        message: expect.stringContaining(host),
      })
  })

  test('connections are kept and used again', async () => {
    const only = await server()
    const http = client(['127.0.0.1'])
    for (let i = 0; i < 20; i++) await http.request(get(only.url))
    expect(only.requests).toHaveLength(20)
    // A request may begin before undici has taken the connection of the one before it back: hence two.
    expect(only.connections).toBeLessThanOrEqual(2)
  })
})
