import type { RequestListener } from 'node:http'
import type { LookupFunction } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createSafeHttp, type SafeHttp, type SafeRequest } from '../../../../src/platform/safe-http/safe-http.ts'
import { startServer, type TestServer } from './server.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

async function server(answer: RequestListener = (_, response) => response.end('secret')): Promise<TestServer> {
  const started = await startServer(answer)
  open.unshift(started)
  return started
}

function client(allowedPrivateHosts: string[] = [], lookup?: LookupFunction): SafeHttp {
  const http = createSafeHttp({ allowedPrivateHosts, ...(lookup && { lookup }) })
  open.push(http)
  return http
}

/** A resolver that knows these names only, each with the answers it gives in turn. */
function names(table: Record<string, string[]>): LookupFunction {
  return (hostname, _, callback) => {
    const answers = table[hostname]
    if (!answers)
      return callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), [])
    const address = answers.length > 1 ? answers.shift()! : answers[0]!
    callback(null, [{ address, family: address.includes(':') ? 6 : 4 }])
  }
}

const get = (url: string, more: Partial<SafeRequest> = {}): SafeRequest => ({ method: 'GET', url, ...more })
const text = (body: Uint8Array): string => Buffer.from(body).toString()

describe('refused addresses', () => {
  const spellings = [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '[::1]',
    '[::ffff:7f00:1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
    '[::]',
    '[::127.0.0.1]',
  ]
  test.each(spellings)('the loopback server cannot be reached as %s', async (host) => {
    const target = await server()
    await expect(client().request(get(`http://${host}:${target.port}/`))).rejects.toMatchObject({
      code: 'refused_address',
      retryable: false,
      message: expect.stringContaining('ALLOWED_PRIVATE_HOSTS'),
    })
    expect(target.requests).toEqual([])
  })

  const others = [
    '169.254.169.254',
    '168.63.129.16',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.100.100.200',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '255.255.255.255',
    '224.0.0.1',
  ]
  test.each(others)('%s is refused over http and https', async (host) => {
    const http = client()
    for (const scheme of ['http', 'https'])
      await expect(http.request(get(`${scheme}://${host}/latest/meta-data`))).rejects.toMatchObject({
        code: 'refused_address',
      })
  })

  test('a name that leads to a private address is refused, and the message names host, address and setting', async () => {
    const target = await server()
    const http = client([], names({ 'internal.example': ['127.0.0.1'] }))
    await expect(http.request(get(`http://internal.example:${target.port}/`))).rejects.toMatchObject({
      code: 'refused_address',
      message:
        'The request was refused: "internal.example" leads to 127.0.0.1, which is loopback, not a public address. ' +
        'To allow it, add "internal.example" to the setting ALLOWED_PRIVATE_HOSTS.',
    })
    expect(target.requests).toEqual([])
  })

  test('the name localhost is refused by the system resolver too', async () => {
    const target = await server()
    await expect(client().request(get(`http://localhost:${target.port}/`))).rejects.toMatchObject({
      code: 'refused_address',
    })
  })

  test('a name that leads to an allowed address at first and to another at the next connection is refused then', async () => {
    const target = await server((_, response) => response.setHeader('connection', 'close').end('ok'))
    const http = client([`127.0.0.1:${target.port}`], names({ 'rebinding.example': ['127.0.0.1', '10.0.0.1'] }))
    const url = `http://rebinding.example:${target.port}/`
    expect(text((await http.request(get(url))).body)).toBe('ok')
    await expect(http.request(get(url))).rejects.toMatchObject({
      code: 'refused_address',
      message: expect.stringContaining('leads to 10.0.0.1, which is private'),
    })
    expect(target.requests).toHaveLength(1)
  })

  test('an address that changes after it was looked at is found out at the socket', async () => {
    const target = await server()
    let reads = 0
    const shifting: LookupFunction = (_host, _options, callback) => {
      const entry = { family: 4 } as { address: string; family: number }
      Object.defineProperty(entry, 'address', { get: () => (reads++ === 0 ? '93.184.215.14' : '127.0.0.1') })
      callback(null, [entry])
    }
    const http = client([], shifting)
    await expect(http.request(get(`http://shifting.example:${target.port}/`))).rejects.toMatchObject({
      code: 'refused_address',
      message: expect.stringContaining('127.0.0.1'),
    })
    expect(reads).toBeGreaterThan(1)
    expect(target.requests).toEqual([])
  })

  test.each(['ftp://example.com/', 'file:///etc/passwd', 'data:text/plain,x', 'example.com', ''])(
    '"%s" is not an address to request',
    async (url) => {
      await expect(client().request(get(url))).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringMatching(/expected/),
      })
    },
  )

  test('a password in the address is refused without being shown', async () => {
    const refusal = client().request(get('https://user:hunter22@example.com/'))
    await expect(refusal).rejects.toMatchObject({ code: 'invalid', message: expect.not.stringContaining('hunter22') })
  })
})

describe('the allow-list', () => {
  const lookup = () => names({ 'crm.internal': ['127.0.0.1'], 'other.internal': ['127.0.0.1'] })
  const cases: [string, (port: number) => string, string, boolean][] = [
    ['an address', () => '127.0.0.1', '127.0.0.1', true],
    ['an address with its port', (port) => `127.0.0.1:${port}`, '127.0.0.1', true],
    ['an address with another port', (port) => `127.0.0.1:${port - 1}`, '127.0.0.1', false],
    ['a range', () => '127.0.0.0/8', '127.0.0.1', true],
    ['a range, for names that lead into it', () => '127.0.0.0/8', 'crm.internal', true],
    ['a name', () => 'CRM.internal', 'crm.internal', true],
    ['a name with its port', (port) => `crm.internal:${port}`, 'crm.internal', true],
    ['a name with another port', (port) => `crm.internal:${port - 1}`, 'crm.internal', false],
    ['a name, but not others at the same address', () => 'crm.internal', 'other.internal', false],
    ['a name, but not its address', () => 'crm.internal', '127.0.0.1', false],
  ]
  test.each(cases)('opens %s', async (_, entry, host, allowed) => {
    const target = await server()
    const http = client([entry(target.port)], lookup())
    const answer = http.request(get(`http://${host}:${target.port}/`))
    if (allowed) expect(text((await answer).body)).toBe('secret')
    else await expect(answer).rejects.toMatchObject({ code: 'refused_address' })
  })

  test.each(['10.0.0.0/99', 'crm internal', 'http://crm', 'crm:99999', '300.1.1.1'])(
    'an entry "%s" is refused at the start',
    (entry) => {
      expect(() => createSafeHttp({ allowedPrivateHosts: [entry] })).toThrow(/expected a host, host:port or a range/)
    },
  )
})

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

describe('addresses for other protocols', () => {
  const lookup = names({ 'mail.example': ['93.184.216.34'], 'inner.example': ['10.1.2.3'] })

  test('are the public ones of a name, or the one that is written', async () => {
    expect(await client([], lookup).addresses('mail.example', 993)).toEqual(['93.184.216.34'])
    expect(await client([], lookup).addresses('93.184.216.34', 25)).toEqual(['93.184.216.34'])
  })

  test('of our own network are refused, unless they are allowed for that port', async () => {
    for (const host of ['inner.example', '127.0.0.1']) {
      await expect(client([], lookup).addresses(host, 143)).rejects.toMatchObject({
        code: 'refused_address',
        message: expect.stringContaining('ALLOWED_PRIVATE_HOSTS'),
      })
    }
    const allowed = client(['inner.example:143'], lookup)
    expect(await allowed.addresses('inner.example', 143)).toEqual(['10.1.2.3'])
    await expect(allowed.addresses('inner.example', 25)).rejects.toMatchObject({ code: 'refused_address' })
  })

  test('of a name that leads nowhere are unavailable', async () => {
    await expect(client([], lookup).addresses('lost.example', 993)).rejects.toMatchObject({ code: 'unavailable' })
  })
})
