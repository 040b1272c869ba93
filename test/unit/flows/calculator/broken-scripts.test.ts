import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkScript } from '../../../../src/flows/calculator/check-script.ts'
import { CalculatorFault } from '../../../../src/flows/calculator/fault.ts'
import { parse } from '../../../../src/flows/calculator/parse.ts'
import { languageFunctions, runScript } from './run-script.ts'

const variables = { a: 1, name: 'Аня', list: [1, 'x', [2]], order: { city: 'Berlin' }, json: '{"a": [1]}', none: null }
/** Far above what the budget allows, so that a busy machine fails no test. */
const longest = 10_000

/** Every script ends: with a result, or with a fault that names its line. */
async function ends(source: string): Promise<void> {
  const begin = performance.now()
  checkScript(source, languageFunctions)
  const outcome = await runScript(source, { variables }).catch((error: unknown) => error)
  if (outcome instanceof Error) {
    expect(outcome).toBeInstanceOf(CalculatorFault)
    expect(outcome.message).toMatch(/^line \d+, column \d+: \S/)
    const { line, column } = outcome as CalculatorFault
    expect(line).toBeLessThanOrEqual(source.split('\n').length)
    expect(column).toBeLessThanOrEqual(source.split('\n')[line - 1]!.length + 1)
  } else {
    // What it wrote can be stored and is what it was afterwards.
    expect(() => JSON.stringify(outcome)).not.toThrow()
  }
  expect(performance.now() - begin).toBeLessThan(longest)
}

const words = [
  ...['a', 'b', 'name', 'list', 'order', 'json', 'none', 'nothing', 'имя', 'order.city', '#{name}', '#{', '}', '#'],
  ...['=', '==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '^', '**', 'and', 'or', '||', '&&', 'not', '!'],
  ...['(', ')', '[', ']', '{', '}', ',', ':', '.', ';', '\n', ' ', '\t', '/*', '*/', '\\', '"', "'", '"x"', "'#{a}'"],
  ...[
    '0',
    '1',
    '-1',
    '2.5',
    '.5',
    '1e5',
    '99999999999999999999',
    'True',
    'False',
    'None',
    'del',
    '\u0000',
    '\ud800',
    '🙂',
  ],
  ...['"12.10.2021"', '"10:00"', '"[1, 2]"', '"__proto__"', 'constructor', '__proto__', 'toString'],
]
const calls = [...languageFunctions.keys()].map((name) => `${name}(`)
const word = fc.constantFrom(...words, ...calls)

const value: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('0', '1', '-7', '2.5', '""', '"a"', '"10"', '"12.10.2021"', '"10:00"', '[]', '{}', 'None', 'True'),
    fc.constantFrom('a', 'name', 'list', 'order', 'json', 'none', 'nothing', 'order.city', '"#{list}#{nothing}"'),
    fc.double({ noNaN: true, min: -1e12, max: 1e12 }).map((number) => number.toFixed(3)),
    fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text.replaceAll(/[\n\\]/g, ''))),
    fc
      .tuple(tie('value'), fc.constantFrom('+', '-', '*', '/', '%', '^', '==', '<', '>=', 'and', 'or'), tie('value'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.tuple(tie('value'), tie('value')).map(([key, item]) => `{${key}: ${item}}`),
    fc.tuple(tie('value'), tie('value')).map(([whole, index]) => `(${whole})[${index}]`),
    fc.tuple(tie('value'), tie('value')).map(([whole, bound]) => `(${whole})[${bound}:]`),
    fc
      .tuple(fc.constantFrom(...languageFunctions.keys()), fc.array(tie('value'), { maxLength: 4 }))
      .map(([name, given]) => `${name}(${given.join(', ')})`),
  ),
})).value

describe('any script', () => {
  it('of any characters ends within its budget, with a result or a clear fault', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), ends), { numRuns: 300 })
  })

  it('of words of the language in any order does so too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 40 }), (parts) => ends(parts.join(''))),
      { numRuns: 1_000 },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 40 }), (parts) => ends(parts.join(' '))),
      { numRuns: 1_000 },
    )
  })

  it('of the same words again and again does so too', async () => {
    const repeated = fc
      .tuple(
        fc.array(word, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 100, max: 5_000 }),
        fc.array(word, { maxLength: 3 }),
      )
      .map(([parts, times, end]) => `${parts.join('').repeat(times).slice(0, 19_000)}${end.join('')}`)
    await fc.assert(fc.asyncProperty(repeated, ends), { numRuns: 150 })
  }, 60_000)

  it('that is well formed does so too, with any function given any values', async () => {
    const script = fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'list[0]', 'order["x"]'), value), { maxLength: 5 })
      .map((lines) => lines.map(([target, expression]) => `${target} = ${expression}`).join('\n'))
    await fc.assert(
      fc.asyncProperty(script, async (source) => {
        expect(parse(source)).toMatchObject({ ok: true })
        await ends(source)
      }),
      { numRuns: 2_000 },
    )
  }, 60_000)

  it('gives what it gave before, when time and chance are the same', async () => {
    await fc.assert(
      fc.asyncProperty(value, async (source) => {
        const run = () => runScript(source, { variables }).catch((error: Error) => error.message)
        expect(await run()).toEqual(await run())
      }),
      { numRuns: 300 },
    )
  })
})
