import { afterEach, describe, expect, test } from 'vitest'
import { client, closeAll, get, server } from './peers.ts'
import type { TestServer } from './server.ts'

afterEach(closeAll)

describe('redirects', () => {
  test('to a private address are refused, however it is written', async () => {
    for (const location of [
      'http://169.254.169.254/',
      'http://2130706433/',
      'http://[::ffff:7f00:1]/',
      'http://localhost/',
      '//127.0.0.1:1/',
    ]) {
      const first = await server((_, response) => response.writeHead(302, { location }).end())
      const http = client([`127.0.0.1:${first.port}`])
      await expect(http.request(get(first.url))).rejects.toMatchObject({ code: 'refused_address' })
    }
  })

  test('to a second server that the list does not open are refused before a byte reaches it', async () => {
    const second = await server()
    const first = await server((_, response) => response.writeHead(307, { location: second.url }).end())
    await expect(client([`127.0.0.1:${first.port}`]).request(get(first.url))).rejects.toMatchObject({
      code: 'refused_address',
    })
    expect(second.connections).toBe(0)
  })

  test('to another origin leave credentials and marked headers behind; the rest, method and body go on', async () => {
    const second = await server((_, response) => response.end('arrived'))
    const first = await server((_, response) => response.writeHead(307, { location: `${second.url}/there?x=1` }).end())
    const answer = await client(['127.0.0.1']).request({
      method: 'POST',
      url: `${first.url}/here`,
      headers: {
        Authorization: 'Bearer a',
        Cookie: 'b',
        'X-Api-Key': 'c',
        'X-Shop': 'd',
        'content-type': 'application/json',
      },
      sensitiveHeaders: ['X-API-KEY'],
      body: '{"n":1}',
    })
    expect(answer).toMatchObject({ status: 200, finalUrl: `${second.url}/there?x=1` })
    expect(first.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer a',
      cookie: 'b',
      'x-api-key': 'c',
      'x-shop': 'd',
    })
    const [arrived] = second.requests
    expect(arrived).toMatchObject({ method: 'POST', url: '/there?x=1', body: '{"n":1}' })
    expect(arrived?.headers).toMatchObject({ 'x-shop': 'd', 'content-type': 'application/json' })
    for (const name of ['authorization', 'cookie', 'x-api-key']) expect(arrived?.headers).not.toHaveProperty(name)
  })

  test('credentials that stayed behind do not come back with a redirect to the first origin', async () => {
    const second = await server((_, response) => response.writeHead(302, { location: `${first.url}/back` }).end())
    const first: TestServer = await server((request, response) =>
      request.url === '/back' ? response.end() : response.writeHead(302, { location: second.url }).end(),
    )
    await client(['127.0.0.1']).request(get(`${first.url}/`, { headers: { authorization: 'Bearer a' } }))
    expect(first.requests.map((each) => each.headers.authorization)).toEqual(['Bearer a', undefined])
  })

  test('within one origin keep the credentials', async () => {
    const only = await server((request, response) =>
      request.url === '/a' ? response.writeHead(301, { location: 'b' }).end() : response.end('ok'),
    )
    await client(['127.0.0.1']).request(get(`${only.url}/a`, { headers: { authorization: 'Bearer a' } }))
    expect(only.requests.map((each) => [each.url, each.headers.authorization])).toEqual([
      ['/a', 'Bearer a'],
      ['/b', 'Bearer a'],
    ])
  })

  test('by 303 become a GET without body', async () => {
    const only = await server((request, response) =>
      request.url === '/a' ? response.writeHead(303, { location: '/b' }).end() : response.end('ok'),
    )
    const headers = { 'content-type': 'text/plain' }
    await client(['127.0.0.1']).request({ method: 'PUT', url: `${only.url}/a`, headers, body: 'x' })
    expect(only.requests[1]).toMatchObject({ method: 'GET', body: '' })
    expect(only.requests[1]?.headers).not.toHaveProperty('content-type')
  })

  test('end after three', async () => {
    const only = await server((request, response) => response.writeHead(302, { location: `${request.url}x` }).end())
    await expect(client(['127.0.0.1']).request(get(`${only.url}/`))).rejects.toMatchObject({
      code: 'unavailable',
      retryable: false,
      message: expect.stringContaining('more than 3 times'),
    })
    expect(only.requests).toHaveLength(4)
  })

  test('to another scheme are refused', async () => {
    const only = await server((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end())
    await expect(client(['127.0.0.1']).request(get(only.url))).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('redirects to'),
    })
  })
})
