import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CalculatorFault } from '../../../../../src/flows/calculator/fault.ts'
import { hostFunctions } from '../../../../../src/flows/calculator/host-functions/host-functions.ts'
import { rehearseStep } from '../../../../../src/flows/engine/rehearse-step.ts'
import { runScript, stepLimits } from '../../../../../src/flows/engine/run-script.ts'
import { runTogether } from '../../../../../src/platform/database/statement.ts'
import { type House, openHouse } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.fresh.drop())

/** Far above what the budget allows, so that a busy machine fails no test. */
const longest = stepLimits.timeMs + 20_000

/** Every script ends: with effects that can be written, or with a fault that names its line. */
async function ends(source: string): Promise<void> {
  const rollback = new Error('rolled back')
  const begin = performance.now()
  const running = house.fresh.db.transaction(async (tx) => {
    const rehearsal = { contactId: house.ivan, flowId: house.flow, variables: { x: 'y' } }
    const { step, context } = await rehearseStep(tx, house.work, house.cache, rehearsal)
    try {
      await runScript(step, source)
      const written = JSON.stringify({ variables: step.state.run.variables, trace: step.record })
      await runTogether(tx, [...context.writes.statements(), { text: 'select $1::text::jsonb', params: [written] }])
    } catch (error) {
      expect(error).toBeInstanceOf(CalculatorFault)
      expect((error as Error).message).toMatch(/^line \d+, column \d+: \S/)
    }
    throw rollback
  })
  await expect(running).rejects.toBe(rollback)
  expect(performance.now() - begin).toBeLessThan(longest)
}

const value: fc.Arbitrary<string> = fc.letrec<{ value: string; call: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      '0',
      '1',
      '2',
      '3',
      '-7',
      '2.5',
      '99999999999999999999',
      '1000000000000000',
      'None',
      'True',
      '""',
      '[]',
      '{}',
    ),
    fc.constantFrom(
      'order_id',
      'client_id',
      'nothing',
      'question',
      'x',
      'name',
      '"#{order_id}"',
      '{"name": "a", "b": [1]}',
    ),
    fc.constantFrom(
      '"anna@shop.example"',
      '"+79161112233"',
      '"01.02.2027"',
      '"18:30"',
      '"%d.%m.%Y"',
      '"1-2"',
      '"1-1-1"',
    ),
    fc.constantFrom(
      '"\u0000"',
      '"a\u0000b"',
      '"\ud800"',
      '{"\u0000": 1}',
      '["\u0000"]',
      '"🙂"',
      'str_repeat("x", 30000)',
      '"__proto__"',
    ),
    fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text.replaceAll(/[\n\\]/g, ''))),
    fc.tuple(tie('value'), tie('value')).map(([one, other]) => `[${one}, ${other}]`),
    tie('call'),
  ),
  call: fc
    .constantFrom(...hostFunctions)
    .chain(({ name, parameters }) =>
      fc
        .array(tie('value'), { maxLength: Object.keys(parameters).length })
        .map((given) => `${name}(${given.join(', ')})`),
    ),
})).call

describe('any script of functions of the house', () => {
  it('ends within its budget, with effects that can be kept or a clear fault', async () => {
    const statement = fc.oneof(
      value,
      value.map((call) => `x = ${call}`),
      value.map((call) => `print(${call})`),
    )
    const script = fc.array(statement, { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n'))
    await fc.assert(fc.asyncProperty(script, ends), { numRuns: 150 })
  }, 120_000)

  it('ends when it calls again and again', async () => {
    await ends(Array.from({ length: 400 }, () => 'create_order("A")').join('\n'))
  })
})
