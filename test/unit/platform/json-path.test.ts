import { describe, expect, test } from 'vitest'
import { checkJsonPath, findJson, queryJson } from '../../../src/platform/json-path.ts'

const answer = {
  ok: true,
  none: null,
  cars: [
    { model: 'Лада', price: 900, 'body type': 'sedan' },
    { model: 'BMW', price: 5000, tags: ['new'] },
  ],
  wanted: 'BMW',
}

describe('queryJson', () => {
  test.each([
    ['$.ok', [true]],
    ['$.none', [null]],
    ['$.nowhere.deep', []],
    ['$.cars[*].model', ['Лада', 'BMW']],
    ['$.cars[-1].price', [5000]],
    ["$.cars[0]['body type']", ['sedan']],
    ['$..price', [900, 5000]],
    ['$.cars[?@.price > 1000].model', ['BMW']],
    ['$.cars[?@.model == $.wanted].price', [5000]],
    ['$.cars[?count(@.*) == 3 && @.tags].model', ['BMW']],
    ['$.cars[?length(@.model) == 3].price', [5000]],
    ['$', [answer]],
  ])('%s', (path, values) => {
    expect(queryJson(answer, path)).toEqual(values)
    expect(findJson(answer, path)).toEqual(values[0])
    expect(checkJsonPath(path)).toBeUndefined()
  })

  test('gives a thousand values at most', () => {
    expect(queryJson(new Array(5_000).fill(1), '$[*]')).toHaveLength(1_000)
  })

  test('finds nothing in what is no object', () => {
    for (const value of ['text', 5, null, undefined]) expect(queryJson(value, '$.a')).toEqual([])
  })

  test('throws for a faulty path, and for an answer nested too deep to search', () => {
    expect(() => queryJson(answer, 'cars')).toThrow(expect.objectContaining({ code: 'invalid' }))
    const deep = JSON.parse('['.repeat(1_000) + ']'.repeat(1_000))
    expect(() => queryJson(deep, '$..a')).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringContaining('recursion') }),
    )
  })
})

describe('checkJsonPath', () => {
  test.each(['', 'cars', '$.cars[', '$.a b', '$..', '$.a[?@.x = 1]', '$.a[?nope(@.x)]'])(
    '"%s" is no path, and an example is given',
    (path) => {
      expect(checkJsonPath(path)).toMatch(
        /^".*" is not a JSONPath: .* at character \d+; expected one such as \$\.data\.items\[0\]\.price$/,
      )
    },
  )

  test.each(['$[?match(@.a, "(a+)+")]', '$[?search(@.a, "(a+)+$")]'])(
    'regular expressions are not there: %s',
    (path) => {
      expect(checkJsonPath(path)).toMatch(/is not a JSONPath/)
    },
  )

  test.each([
    ['$..a..b..c', 'more than twice'],
    [`$${'[0,0]'.repeat(7)}`, 'more than 100 combinations'],
    ['$[?$..a]', 'through the whole answer'],
    ['$[?count($[*]) > 1]', 'through the whole answer'],
    ['$[?@.a && !@..b]', 'inside a filter'],
    ['$[?(@[?@.a])]', 'inside a filter'],
    [`$.${'a'.repeat(500)}`, 'longer than 500 characters'],
  ])('a path that could take very long is refused: %s', (path, fault) => {
    expect(checkJsonPath(path)).toContain(fault)
  })

  test('the slowest paths that are allowed pass a large answer in time', () => {
    const large = Array.from({ length: 20_000 }, (_, id) => ({ id, a: { b: [{ c: id }] } }))
    const start = performance.now()
    for (const path of ['$..*..zz', '$..[?@.zz]', '$[?@.id == $[5].zz]']) expect(queryJson(large, path)).toEqual([])
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})
