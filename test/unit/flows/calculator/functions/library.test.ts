import { describe, expect, it } from 'vitest'
import { libraryFunctions } from '../../../../../src/flows/calculator/functions/library.ts'
import { runScript, valueOfScript } from '../run-script.ts'
import { dateCases } from './date-cases.ts'
import { dictionaryCases } from './dictionary-cases.ts'
import { listCases } from './list-cases.ts'
import { numberCases } from './number-cases.ts'
import { textCases } from './text-cases.ts'

const examples = libraryFunctions.flatMap(({ name, examples }) =>
  examples.flatMap(({ source, result }) => (result === undefined ? [] : [[name, source, result] as const])),
)

const cases = { ...numberCases, ...textCases, ...dateCases, ...listCases, ...dictionaryCases }

describe('the functions of the language', () => {
  it.each(examples)('%s: %s is %s, as the reference says', async (_name, source, result) => {
    expect((await runScript(source)).value).toEqual((await runScript(result)).value)
  })

  it.each(
    Object.entries(cases).flatMap(([name, list]) => list.map(([source, result]) => [name, source, result] as const)),
  )('%s: %s is %j', async (_name, source, result) => {
    const value = await valueOfScript(source)
    expect(
      typeof value === 'string' ? value.replace(/^CalculatorFault: line 1, column \d+: (\w+\(\): )?/, '') : value,
    ).toEqual(result)
  })

  it('are all tested', () => {
    const tested = new Set<string>([...Object.keys(cases), ...examples.map(([name]) => name)])
    expect(libraryFunctions.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual([])
    expect(Object.keys(cases).filter((name) => !libraryFunctions.some((it) => it.name === name))).toEqual([])
  })

  it('name their parts in the language of the contact', async () => {
    const { value } = await runScript('strftime("02.11.2026", "%A, %d %B")', { language: 'ru' })
    expect(value).toBe('понедельник, 02 ноября')
    expect(await valueOfScript('convert_datetime("5 марта 2026", "%d %B %Y", "%d.%m.%Y")', { language: 'ru' })).toBe(
      '05.03.2026',
    )
  })

  it('keep to the calendar where the clocks change', async () => {
    const { value } = await runScript('to_timestamp("25.10.2026 12:00") - to_timestamp("24.10.2026 12:00")', {
      timeZone: 'Europe/Berlin',
    })
    expect(value).toBe(25 * 3600)
    expect(await valueOfScript('"24.10.2026 12:00" + 1', { timeZone: 'Europe/Berlin' })).toBe('25.10.2026 12:00')
  })
})
