import { join } from 'node:path'
import { parseArgs } from 'node:util'
import postgres from 'postgres'
import { calculatorFunctions } from '../src/flows/calculator/calculator-functions.ts'
import { evaluate } from '../src/flows/calculator/evaluate.ts'
import type { CalculatorHost } from '../src/flows/calculator/host.ts'
import { parse } from '../src/flows/calculator/parse.ts'
import { systemClock } from '../src/platform/clock.ts'
import { openEmbedded } from '../src/platform/database/embedded.ts'
import { migrate } from '../src/platform/database/migrate.ts'
import { openPostgres } from '../src/platform/database/postgres.ts'
import { openScriptStage } from './benchmark-calculator/script-stage.ts'

/**
 * Measures scripts of ten lines: without calls beside the same lines in JavaScript, and with three calls of the house, in a
 * block's step, beside the bare statements that do the same. `node scripts/benchmark-calculator.ts --database postgres://…`;
 * without `--database` on the embedded database only.
 */
const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
  },
})
const rounds = Number(values.rounds)
const roundMs = Number(values.seconds) * 1000
const migrations = join(import.meta.dirname, '../migrations')

const variables: Record<string, string | number> = { price: 1990, amount: '12', name: 'Анна', city: 'Berlin' }

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
  .replace(
    'order["total"] = total',
    'order["total"] = total set_order_var("", "count", get_order_var("", "count") + 1)',
  )
  .replace('done = late', 'done = set_note(text) and late')

interface Subject {
  name: string
  run(times: number): Promise<unknown>
}

const repeated = (name: string, run: () => unknown): Subject => ({
  name,
  async run(times) {
    for (let at = 0; at < times; at++) await run()
  },
})

await compare([
  repeated('calculator, without calls', runWithoutCalls),
  repeated('JavaScript, without calls', inJavaScript),
])
console.log(`\nReading the script for the first time: ${readAnew().toFixed(0)} µs`)
await onEmbedded()
if (values.database) await onServer(values.database)

async function onEmbedded(): Promise<void> {
  const db = await openEmbedded()
  await migrate(db, migrations)
  console.log('\nEmbedded, in memory')
  await compare(await withDatabase(db))
  await db.close()
}

async function onServer(server: string): Promise<void> {
  const name = 'parley_benchmark_calculator'
  const admin = postgres(server, { max: 1, onnotice: () => {} })
  await admin.unsafe(`drop database if exists ${name} with (force)`)
  await admin.unsafe(`create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const db = openPostgres(url.href)
  await migrate(db, migrations)
  console.log('\nPostgreSQL')
  await compare(await withDatabase(db))
  await db.close()
  await admin.unsafe(`drop database ${name} with (force)`)
  await admin.end()
}

/** So many scripts share a transaction, as those of a batch do. */
async function withDatabase(db: Parameters<typeof openScriptStage>[0]): Promise<Subject[]> {
  const stage = await openScriptStage(db, variables)
  return [
    { name: 'calculator, with 3 calls', run: (times) => stage.runScript(withCalls, times) },
    { name: 'bare statements of 3 calls', run: (times) => stage.runBare(times) },
  ]
}

/** Everything in turn, round after round, so that what else the machine does meets all of it. */
async function compare(subjects: Subject[]): Promise<void> {
  const results = new Map<string, number[]>()
  for (const { run } of subjects) await flood(run, 300)
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of subjects) results.set(name, [...(results.get(name) ?? []), await flood(run, roundMs)])
  }
  console.log(`Scripts a second, median of ${rounds} rounds:`)
  for (const [name, figures] of results) {
    const middle = median(figures)
    console.log(
      `${name.padEnd(28)} ${Math.round(middle).toLocaleString('en').padStart(12)}  ${(1e6 / middle).toFixed(1)} µs each`,
    )
  }
}

async function runWithoutCalls() {
  const parsed = parse(withoutCalls)
  if (!parsed.ok) throw parsed.fault
  const { written } = await evaluate(parsed.program, {
    variable: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
    functions: calculatorFunctions,
    // The script calls no function that looks at it.
    host: undefined as unknown as CalculatorHost,
    clock: systemClock,
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

async function flood(run: Subject['run'], ms: number): Promise<number> {
  const begin = performance.now()
  let count = 0
  while (performance.now() - begin < ms) {
    await run(50)
    count += 50
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
