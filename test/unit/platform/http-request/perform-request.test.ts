import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { performRequest } from '../../../../src/platform/http-request/perform-request.ts'
import type { PreparedRequest } from '../../../../src/platform/http-request/prepare-request.ts'
import { createSafeHttp } from '../../../../src/platform/safe-http/safe-http.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, attempt: number) => void

const http = createSafeHttp({ allowedPrivateHosts: ['127.0.0.1'] })
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections()
})

/** A peer that counts the tries it gets, a clock that only sleeping moves, and the pauses that were made. */
async function peer(handler: Handler) {
  let attempts = 0
  const server = createServer((request, response) => handler(request, response, ++attempts))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  let clock = 0
  const pauses: number[] = []
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    pauses,
    url,
    count: () => attempts,
    perform: (prepared: Partial<PreparedRequest> = {}, signal?: AbortSignal) =>
      performRequest({ method: 'GET', url, headers: {}, timeoutMs: 2000, retries: 0, ...prepared }, http, {
        signal,
        monotonicMs: () => clock,
        random: () => 0.5,
        sleep: async (ms) => {
          pauses.push(ms)
          clock += ms
        },
      }),
  }
}

const answer =
  (status: number, body: string | Buffer = '', headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    response.writeHead(status, headers).end(body)
  }

describe('performRequest', () => {
  it('sends what was prepared', async () => {
    const received: unknown[] = []
    const { perform } = await peer((request, response) => {
      request.on('data', (chunk) => received.push(request.method, request.headers['x-key'], String(chunk)))
      request.on('end', () => response.end('{}'))
    })
    await perform({ method: 'PUT', headers: { 'x-key': 'k' }, body: '{"a":1}' })
    expect(received).toEqual(['PUT', 'k', '{"a":1}'])
  })

  it('gives status, headers and the parsed body', async () => {
    const { perform } = await peer(answer(201, '{"price": 10}', { 'X-Id': '5' }))
    expect(await perform()).toMatchObject({ status: 201, headers: { 'x-id': '5' }, body: { price: 10 }, attempts: 1 })
  })

  it.each([
    ['text where it is no JSON', 'sold out', 'sold out'],
    ['null where it is empty', ' ', null],
    ['text that PostgreSQL can keep', 'a\0b', 'ab'],
    ['JSON that PostgreSQL can keep', String.raw`{"a\u0000":["\ud800x\u0000"]}`, { a: ['\ufffdx'] }],
  ])('gives the body as %s', async (_, body, expected) => {
    const { perform } = await peer(answer(200, body))
    expect((await perform()).body).toEqual(expected)
  })

  it.each([500, 503, 429])('tries again after a status %d, with growing pauses', async (status) => {
    const { perform, pauses } = await peer((request, response, attempt) =>
      answer(attempt < 4 ? status : 200, '"done"')(request, response, attempt),
    )
    expect(await perform({ retries: 3, timeoutMs: 10_000 })).toMatchObject({ status: 200, body: 'done', attempts: 4 })
    expect(pauses).toEqual([500, 1000, 2000])
  })

  it('gives the last answer when no try succeeds', async () => {
    const { perform, count } = await peer(answer(502, '"bad"'))
    expect(await perform({ retries: 2, timeoutMs: 10_000 })).toMatchObject({ status: 502, body: 'bad', attempts: 3 })
    expect(count()).toBe(3)
  })

  it('does not try again after another status', async () => {
    const { perform, count } = await peer(answer(404))
    expect(await perform({ retries: 5 })).toMatchObject({ status: 404, attempts: 1 })
    expect(count()).toBe(1)
  })

  it('waits as long as the peer asks for, in seconds or until a date', async () => {
    const dates = { date: 'Mon, 02 Nov 2026 09:00:00 GMT', 'retry-after': 'Mon, 02 Nov 2026 09:00:04 GMT' }
    const { perform, pauses } = await peer((request, response, attempt) => {
      if (attempt === 1) answer(429, '', { 'retry-after': '3' })(request, response, attempt)
      else answer(attempt === 2 ? 503 : 200, '', dates)(request, response, attempt)
    })
    expect(await perform({ retries: 2, timeoutMs: 10_000 })).toMatchObject({ status: 200, attempts: 3 })
    expect(pauses).toEqual([3000, 4000])
  })

  it('gives up when the peer asks for more time than there is', async () => {
    const { perform, pauses } = await peer(answer(429, '', { 'retry-after': '60' }))
    expect(await perform({ retries: 5, timeoutMs: 2000 })).toMatchObject({ status: 429, attempts: 1 })
    expect(pauses).toEqual([])
  })

  it('tries again when the connection breaks', async () => {
    const { perform } = await peer((request, response, attempt) => {
      if (attempt === 1) request.socket.destroy()
      else response.end('"back"')
    })
    expect(await perform({ retries: 1 })).toMatchObject({ body: 'back', attempts: 2 })
  })

  it('tries again after a time-out, and then says so', async () => {
    const { perform, count } = await peer(() => {})
    await expect(perform({ retries: 1, timeoutMs: 300 })).rejects.toMatchObject({ code: 'timeout' })
    expect(count()).toBe(2)
  })

  it('refuses private addresses at once', async () => {
    const closed = createSafeHttp({ allowedPrivateHosts: [] })
    const { url, count } = await peer(answer(200))
    const request: PreparedRequest = { method: 'GET', url, headers: {}, timeoutMs: 1000, retries: 3 }
    await expect(performRequest(request, closed)).rejects.toMatchObject({ code: 'refused_address' })
    expect(count()).toBe(0)
  })

  it('refuses an answer of more than 1 MB', async () => {
    const { perform, count } = await peer(answer(200, Buffer.alloc(1_100_000, 'x')))
    await expect(perform({ retries: 2 })).rejects.toMatchObject({ code: 'too_large' })
    expect(count()).toBe(1)
  })

  it('ends when it is told to', async () => {
    const controller = new AbortController()
    const { perform, count } = await peer(() => controller.abort())
    await expect(perform({ retries: 5 }, controller.signal)).rejects.toMatchObject({ code: 'unavailable' })
    expect(count()).toBe(1)
  })
})
