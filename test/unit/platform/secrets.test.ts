import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createVault, hashToken, isSealed, sameSecret } from '../../../src/platform/secrets.ts'

const secret = 'a long enough pass phrase'

describe('a vault', () => {
  test.each([secret, randomBytes(32).toString('base64')])('opens what it sealed, with the key %s', (key) => {
    const sealed = createVault(key).seal('пароль 🔑', 'channel:7')
    expect(sealed).toMatch(/^sealed:v1:[\w-]{8}:[\w-]+$/)
    expect(isSealed(sealed)).toBe(true)
    expect(createVault(key).open(sealed, 'channel:7')).toBe('пароль 🔑')
  })

  test('seals an empty text', () => {
    const vault = createVault(secret)
    expect(vault.open(vault.seal('', 'a'), 'a')).toBe('')
  })

  test('never seals the same text into the same', () => {
    const vault = createVault(secret)
    expect(vault.seal('x', 'a')).not.toBe(vault.seal('x', 'a'))
  })

  test('says that another key was used, and names the setting', () => {
    const sealed = createVault(secret).seal('x', 'channel:7')
    expect(() => createVault(`${secret}!`).open(sealed, 'channel:7')).toThrow(
      /channel:7 was sealed with another key.*PARLEY_SECRET/,
    )
  })

  test('refuses a sealed text at another place, a changed one, a newer one and one that is none', () => {
    const vault = createVault(secret)
    const sealed = vault.seal('token', 'channel:7')
    expect(() => vault.open(sealed, 'channel:8')).toThrow(/belongs to another place/)
    const [head, data] = [sealed.slice(0, 19), Buffer.from(sealed.slice(19), 'base64url')]
    for (let index = 0; index < data.length; index++) {
      const changed = Buffer.from(data)
      changed[index]! ^= 1
      expect(() => vault.open(head + changed.toString('base64url'), 'channel:7')).toThrow(/was changed/)
    }
    expect(() => vault.open(head + data.subarray(0, 20).toString('base64url'), 'channel:7')).toThrow(/was changed/)
    expect(() => vault.open(sealed.replace('v1', 'v2'), 'channel:7')).toThrow(/newer program/)
    expect(() => vault.open('token', 'channel:7')).toThrow(/not a sealed text/)
  })

  test('is not made of a short key', () => {
    expect(() => createVault('short')).toThrow(/at least 16 characters/)
  })
})

test('a token is stored as its SHA-256', () => {
  expect(hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('secrets are compared whole, also when their lengths differ', () => {
  expect(sameSecret('token', 'token')).toBe(true)
  expect(sameSecret('token', 'tokem')).toBe(false)
  expect(sameSecret('token', 'token2')).toBe(false)
  expect(sameSecret('', '')).toBe(true)
})
