import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { defineFunction, required } from '../../../../src/flows/calculator/function.ts'
import { createFunctionTable } from '../../../../src/flows/calculator/function-table.ts'
import { libraryFunctions } from '../../../../src/flows/calculator/functions/library.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import { runScript, valueOfScript } from './run-script.ts'

describe('the budget of a script', () => {
  it('ends it after so many steps, with the line', async () => {
    expect(await valueOfScript('a = 1\na = a + 1\na = a + 1', { limits: { steps: 5 } })).toBe(
      'CalculatorFault: line 2, column 1: the script takes more than 5 steps',
    )
    expect(await valueOfScript(`${'1 + '.repeat(4_999)}1`, { limits: { steps: 5_001 } })).toBe(5_000)
  })

  it.each([
    ['a text that doubles', `a = "12345678" ${'a = "#{a}#{a}" '.repeat(20)}`],
    ['texts that are added', `a = "letters" ${'a = a + a '.repeat(20)}`],
    ['a text with itself often within', `a = "${'x'.repeat(5_000)}"\nb = "${'#{a}'.repeat(1_000)}"`],
    ['a list that doubles', `a = [1] ${'a = a + a '.repeat(20)}`],
    ['a list that holds itself twice', `a = [1] ${'a = [a, a] '.repeat(20)}`],
    ['a dictionary that holds itself twice', `a = {} ${'a = {"x": a, "y": a} '.repeat(20)}`],
    ['the arguments of a function', `a = "12345678" ${'a = concat(a, a) '.repeat(20)}`],
    ['a replacement', `a = "${'x'.repeat(1_000)}" replace(a, "x", a)`],
    ['a long delimiter', `a = "${'x'.repeat(1_000)}" join(range(1000), a)`],
    ['a text that is filled up', 'zfill("1", 1000000000)'],
    ['a long list of numbers', 'range(1000000000)'],
    ['a pattern with a long replacement', `a = "${'x'.repeat(1_000)}" re_sub('x', a, a)`],
    ['a long list as text', `a = "${'x'.repeat(1_000)}" massive_to_text(range(1000), "", 1, a)`],
    ['a long format', `a = "${'x'.repeat(6_000)}" get_datetime(a)`],
  ])('ends it when a value grows too long: %s', async (_what, source) => {
    expect(await valueOfScript(source)).toMatch(/a value would have more than 100000 characters and items$/)
  })

  it('ends it when all its values together are too much', async () => {
    const source = `a = "${'x'.repeat(10_000)}"\n${'b = upper(a)\n'.repeat(500)}`
    expect(await valueOfScript(source)).toMatch(
      /: the values of the script have more than 5000000 characters and items in all$/,
    )
    expect(await valueOfScript('a = "12345" print(a) print(a)', { limits: { volume: 20 } })).toMatch(/in all$/)
  })

  it.each([
    ['compared', `a = range(30000)\nb = a + []\na${'==b==a'.repeat(100)}`],
    ['compared with another', `a = "${'1'.repeat(15_000)}"\nb = a + "2"\na${'!=b!=a'.repeat(200)}`],
    ['read from their JSON', `a = json_dumps(range(10000))\n${'a[0]\n'.repeat(300)}`],
    ['asked by name in their JSON', `a = '{"x": "${'x'.repeat(15_000)}"}'\n${'a.x\n'.repeat(500)}`],
    ['asked whether they are empty', `${'!a\n'.repeat(1_000)}`],
  ])('ends it when long values are gone through again and again: %s', async (_what, source) => {
    const a = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key ${index}`, index]))
    expect(await valueOfScript(source, source.startsWith('!') ? { variables: { a } } : {})).toMatch(
      /: the values of the script have more than 5000000 characters and items in all$/,
    )
  })

  it('ends it when values stand too deep within each other', async () => {
    const deep = /: lists and dictionaries may stand at most 50 deep within each other$/
    expect(await valueOfScript(`a = 1 ${'a = [a] '.repeat(51)}`)).toMatch(deep)
    expect(await valueOfScript(`a = 1 ${'a = {"x": a} '.repeat(51)}`)).toMatch(deep)
    expect(await valueOfScript(`a = 1 ${'a = [a] '.repeat(50)} len(a)`)).toBe(1)
    expect(await valueOfScript(`json_loads("${'['.repeat(51)}${']'.repeat(51)}")`)).toBeNull()
    expect(await valueOfScript(`set({}, "${Array(60).fill('x').join('|')}", 1) 1`)).toBe(1)
  })

  it('ends it when the clock says that it took too long', async () => {
    const clock = new VirtualClock()
    const wait = defineFunction({
      name: 'wait',
      group: 'logic',
      summary: '',
      parameters: { ms: required('number', '') },
      returns: '',
      examples: [],
      knownFrom: '',
      call({ ms }) {
        clock.advance(ms)
        return null
      },
    })
    const functions = createFunctionTable([...libraryFunctions, wait])
    expect(await valueOfScript('wait(4000)\nwait(1000)\n5', { clock, functions })).toBe(5)
    expect(await valueOfScript('wait(4000)\nwait(1001)\n5', { clock, functions })).toBe(
      'CalculatorFault: line 2, column 1: wait(): the script takes longer than 5 seconds',
    )
  })

  it('lets the process do other work while a long script runs', async () => {
    let turns = 0
    let running = true
    const count = async () => {
      while (running) {
        await setImmediate()
        turns++
      }
    }
    const counting = count()
    await runScript('a = len("x")\n'.repeat(1_500))
    running = false
    await counting
    expect(turns).toBeGreaterThan(5)
  })

  it.each([
    [`findall('a(.*b)?', a)`],
    [`findall('(a|aa|aaa)*c', a)`],
    [`re_sub('(a+)+$', "", a + "b")`],
    [`re_match('((a{20}){20}b?)+', a)`],
    [String.raw`re_split('(\w+\s?)*x', a)`],
    [`re_search('a{1000}b{1000}c{1000}', a)`],
  ])('is not exceeded by a pattern: %s', async (source) => {
    const begin = performance.now()
    await valueOfScript(`a = "${'a'.repeat(9_000)}"\n${source}`)
    expect(performance.now() - begin).toBeLessThan(8_000)
  })

  it('refuses patterns and texts that are too long for each other', async () => {
    const refuse = (source: string) => valueOfScript(source).then((message) => String(message).replace(/^.*\(\): /, ''))
    expect(await refuse(`re_match('${'a'.repeat(501)}', "a")`)).toBe('the pattern may have at most 500 characters')
    expect(await refuse(`re_match('a', "${'a'.repeat(10_001)}")`)).toBe(
      'the text to look in may have at most 10000 characters',
    )
    expect(await refuse(`re_match('a{1000}', "${'a'.repeat(9_000)}")`)).toBe(
      'the pattern has too many possibilities for a text of this length',
    )
  })
})
