import type { LookupFunction } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createSafeHttp } from '../../../../src/platform/safe-http/safe-http.ts'
import { client, closeAll, get, names, server, text } from './peers.ts'

afterEach(closeAll)

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
