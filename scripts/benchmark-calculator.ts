import { parseArgs } from 'node:util'
import { calculatorFunctions } from '../src/flows/calculator/calculator-functions.ts'
import { evaluate } from '../src/flows/calculator/evaluate.ts'
import { defineFunction, optional } from '../src/flows/calculator/function.ts'
import type { FunctionTable } from '../src/flows/calculator/function-table.ts'
import { parse } from '../src/flows/calculator/parse.ts'
import { systemClock } from '../src/platform/clock.ts'

/**
 * Measures scripts of ten lines beside the same lines written in JavaScript: `node scripts/benchmark-calculator.ts`. The
 * functions of the house are stand-ins that only wait for the event loop once, so what is measured is the language.
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '1' } },
})
const rounds = Number(values.rounds)
const roundMs = Number(values.seconds) * 1000

const variables: Record<string, string | number> = { price: 1990, amount: '12', name: 'Анна', city: 'Berlin' }
const clock = systemClock
const house = { notes: 0 }
type House = typeof house

const withoutCalls = `/* What the order costs */
total = price * amount
discount = if(amount >= 10, 0.1, 0)
total = round(total * (1 - discount), 2)
parts = splitter("a,b,c", ",")
order = {"city": city, "parts": parts}
order["total"] = total
title = upper(substring(name, 0, 3)) + "-" + str(arr_len(parts))
late = "09:00" < "18:00" and total > 1000
text = "#{name}, #{order.city}: #{total} (#{title})"
done = late or text == ""`

const withCalls = withoutCalls
  .replace('parts = splitter("a,b,c", ",")', 'parts = splitter("a,b,c", ",") deal = note(name)')
  .replace('order["total"] = total', 'order["total"] = total + note(count=0)')
  .replace('done = late', 'done = note("last", 1) and late')

const note = defineFunction({
  name: 'note',
  group: 'clients',
  summary: '',
  parameters: { text: optional('text', '', ''), count: optional('whole', '', 1) },
  returns: '',
  examples: [],
  knownFrom: '',
  changes: true,
  async call({ text, count }, { host }: { host: House }) {
    return addNote(host, text, count)
  },
})
const functions = new Map<string, unknown>([...calculatorFunctions, ['note', note]]) as unknown as FunctionTable<House>

const subjects = [
  { name: 'calculator, without calls', run: () => runScript(withoutCalls) },
  { name: 'JavaScript, without calls', run: async () => inJavaScript() },
  { name: 'calculator, with 3 calls', run: () => runScript(withCalls) },
  { name: 'JavaScript, with 3 calls', run: () => inJavaScriptWithCalls() },
]

for (const { name, run } of subjects) console.log(`${name}: ${JSON.stringify(await run())}`)
const results = new Map<string, number[]>()
for (const { run } of subjects) await flood(run, 300)
for (let round = 0; round < rounds; round++) {
  for (const { name, run } of subjects) results.set(name, [...(results.get(name) ?? []), await flood(run, roundMs)])
}
console.log(`\nScripts a second, median of ${rounds} rounds:`)
for (const [name, figures] of results) {
  const middle = median(figures)
  console.log(
    `${name.padEnd(28)} ${Math.round(middle).toLocaleString('en').padStart(12)}  ${(1e6 / middle).toFixed(1)} µs each`,
  )
}
console.log(`\nReading the script for the first time: ${readAnew().toFixed(0)} µs`)

async function runScript(source: string) {
  const parsed = parse(source)
  if (!parsed.ok) throw parsed.fault
  const variable = (name: string) => (Object.hasOwn(variables, name) ? variables[name] : undefined)
  const { written } = await evaluate(parsed.program, {
    variable,
    functions,
    host: house,
    clock,
    timeZone: 'Europe/Berlin',
  })
  return written.text
}

function inJavaScript() {
  const { price, amount, name, city } = variables as { price: number; amount: string; name: string; city: string }
  const discount = Number(amount) >= 10 ? 0.1 : 0
  const total = Math.round(price * Number(amount) * (1 - discount) * 100) / 100
  const parts = 'a,b,c'.split(',')
  const order = { city, parts, total }
  const title = `${name.slice(0, 3).toUpperCase()}-${parts.length}`
  const late = '09:00' < '18:00' && total > 1000
  const text = `${name}, ${order.city}: ${total} (${title})`
  return late || text === '' ? text : undefined
}

async function inJavaScriptWithCalls() {
  await addNote(house, variables.name as string, 1)
  await addNote(house, '', 0)
  return (await addNote(house, 'last', 1)) ? inJavaScript() : undefined
}

/** Stands for a statement on the database: it comes back in a later turn of the microtasks. */
async function addNote(host: House, text: string, count: number): Promise<number> {
  await Promise.resolve()
  host.notes += count
  return count === 0 ? 0 : text.length
}

async function flood(run: () => Promise<unknown>, ms: number): Promise<number> {
  const begin = performance.now()
  let count = 0
  while (performance.now() - begin < ms) {
    for (let i = 0; i < 100; i++) await run()
    count += 100
  }
  return (count / (performance.now() - begin)) * 1000
}

/** Microseconds; every source is another one, because those read last are kept. */
function readAnew(): number {
  const times = 300
  const sources = Array.from({ length: times }, (_, at) => `${withoutCalls}\nnumber = ${at}`)
  const begin = performance.now()
  for (const source of sources) parse(source)
  return ((performance.now() - begin) / times) * 1000
}

function median(figures: number[]): number {
  return figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)] ?? 0
}
