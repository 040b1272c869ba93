import { expect, test } from 'vitest'
import { Lru } from '../../../src/platform/lru.ts'

test('keeps what was used last and makes the rest anew', () => {
  const made: string[] = []
  const lru = new Lru<string>(2)
  const use = (key: string) =>
    lru.get(key, (missing) => {
      made.push(missing)
      return missing.toUpperCase()
    })
  expect(['a', 'b', 'a', 'c', 'a', 'b'].map(use)).toEqual(['A', 'B', 'A', 'C', 'A', 'B'])
  expect(made).toEqual(['a', 'b', 'c', 'b'])
})

test('does not keep a failure', () => {
  const lru = new Lru<number>(2)
  expect(() =>
    lru.get('a', () => {
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(lru.get('a', () => 1)).toBe(1)
})
