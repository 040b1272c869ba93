import { describe, expect, test } from 'vitest'
import { maskSecrets } from '../../../src/platform/mask.ts'

describe('by name', () => {
  test('texts, numbers and lists under the name of a secret are masked; objects are looked into', () => {
    const value = {
      password: 'a',
      db_pass: 1,
      clientSecret: 'b',
      access_token: 'c',
      'X-Api-Key': 'd',
      apiKey: 'e',
      Authorization: ['f'],
      'set-cookie': ['g', 'h'],
      privateKey: 'i',
      session: { id: 7, token: 'j' },
      list: [{ secret: 'k', name: 'l' }],
      compass: 'north',
    }
    const masked = '•••'
    expect(maskSecrets(value)).toEqual({
      password: masked,
      db_pass: masked,
      clientSecret: masked,
      access_token: masked,
      'X-Api-Key': masked,
      apiKey: masked,
      Authorization: masked,
      'set-cookie': masked,
      privateKey: masked,
      session: { id: 7, token: masked },
      list: [{ secret: masked, name: 'l' }],
      compass: 'north',
    })
    expect(value.password).toBe('a')
  })

  test('what is not a secret stays as it is', () => {
    const at = new Date(0)
    const value = { name: 'Ann', n: 1, yes: true, none: null, undef: undefined, at, big: 3n }
    expect(maskSecrets(value)).toEqual(value)
  })

  test('errors keep message, stack, code and cause; maps and addresses become readable; bytes are counted', () => {
    const error = Object.assign(new Error('no answer', { cause: new Error('reset, token=abc') }), { code: 'E1' })
    expect(maskSecrets({ error })).toEqual({
      error: {
        name: 'Error',
        message: 'no answer',
        stack: expect.stringContaining('no answer'),
        code: 'E1',
        cause: { name: 'Error', message: 'reset, token=•••', stack: expect.any(String) },
      },
    })
    expect(
      maskSecrets({
        map: new Map([
          ['token', 'x'],
          ['a', 'b'],
        ]),
        url: new URL('https://h/?token=x'),
        bytes: new Uint8Array(3),
      }),
    ).toEqual({
      map: { token: '•••', a: 'b' },
      url: 'https://h/?token=•••',
      bytes: '(3 bytes)',
    })
  })
})

describe('by shape', () => {
  const botToken = `123456789:${'AbC_d-'.repeat(6).slice(0, 35)}`
  test.each([
    ['GET https://x.example/a?id=1&access_token=s3cr3t&b=2#p', 'GET https://x.example/a?id=1&access_token=•••&b=2#p'],
    ['https://x.example/?api_key=s3cr3t', 'https://x.example/?api_key=•••'],
    ['client_secret=s3cr3t&grant=code', 'client_secret=•••&grant=code'],
    ['postgres://parley:s3cr3t@db:5432/parley refused', 'postgres://parley:•••@db:5432/parley refused'],
    [`POST https://api.example/bot${botToken}/sendMessage`, 'POST https://api.example/bot123456789:•••/sendMessage'],
    [`the token ${botToken}.`, 'the token 123456789:•••.'],
    ['Authorization: Bearer abcdef123456', 'Authorization: Bearer •••'],
    ['{"user":"a","password": "s3\\"cr3t","n":1}', '{"user":"a","password": "•••","n":1}'],
  ])('%s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked)
    expect(maskSecrets({ deep: [text] })).toEqual({ deep: [masked] })
  })

  test.each([
    'at 2026-11-02T10:00:00Z',
    'call +79161234567: now',
    'a=1&b=2',
    'Ann <ann@example.com>',
    'https://x.example:8080/a@b',
    '"name": "Ann"',
  ])('an ordinary text stays: %s', (text) => {
    expect(maskSecrets(text)).toBe(text)
  })
})

test('known secrets are masked wherever they stand, but not ones of three letters', () => {
  expect(maskSecrets({ a: 'x hunter22 y hunter22', b: 'a cat' }, ['hunter22', 'cat'])).toEqual({
    a: 'x ••• y •••',
    b: 'a cat',
  })
})

describe('bounds', () => {
  test('a value that holds itself ends', () => {
    const loop: Record<string, unknown> = { name: 'a' }
    loop.self = loop
    expect(JSON.stringify(maskSecrets(loop))).toContain('"self":"…"')
  })

  test('long texts and lists are cut', () => {
    expect(maskSecrets('x'.repeat(10_001))).toBe(`${'x'.repeat(10_000)}…`)
    expect(maskSecrets(`.${'😀'.repeat(5_000)}`)).toBe(`.${'😀'.repeat(4_999)}…`)
    expect((maskSecrets(new Array(1_002).fill(1)) as unknown[]).slice(999)).toEqual([1, '… 2 more'])
  })

  test.each([
    'a'.repeat(10_000),
    '"token'.repeat(1_600),
    '1'.repeat(10_000),
    'a://a:'.repeat(1_600),
    'token='.repeat(1_600),
    'a.'.repeat(5_000),
  ])('a text made to be slow is masked quickly (case %#)', (text) => {
    const start = performance.now()
    maskSecrets(`=${text}`)
    expect(performance.now() - start).toBeLessThan(500)
  })
})
